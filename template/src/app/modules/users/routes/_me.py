from typing import Annotated, Any

from fastapi import APIRouter, Depends, status

from app.core.limits import limited
from app.core.permissions import signed_in

from ..schemas import AccountDeletion, EmailChange, MeRead, PasswordChange, UserChange
from ..services import AccountService, EmailService, PasswordService, UserService
from ._delivery import Tokens

router = APIRouter(prefix="/users/me", tags=["me"])

Accounts = Annotated[AccountService, Depends()]
Users = Annotated[UserService, Depends()]
Passwords = Annotated[PasswordService, Depends()]
Emails = Annotated[EmailService, Depends()]


@router.get("")
@signed_in
async def read_me(users: Users) -> MeRead:
    return MeRead.model_validate(await users.me())


@router.patch("")
@signed_in
async def change_me(body: UserChange, users: Users) -> MeRead:
    """Change your name, language or time zone."""
    return MeRead.model_validate(await users.change(**body.model_dump(exclude_unset=True)))


@router.get("/export")
@signed_in
@limited("login")
async def export_me(accounts: Accounts) -> dict[str, Any]:
    """Return what is stored about you, in your account and in each of your tenants."""
    return await accounts.export()


@router.post("/delete", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
@limited("login")
async def delete_me(body: AccountDeletion, accounts: Accounts, tokens: Tokens) -> None:
    """Delete your account. The last owner of a tenant deletes it, or names another owner, first."""
    await accounts.delete(password=body.password.get_secret_value(), code=body.code)
    tokens.clear()


@router.put("/password", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
@limited("login")
async def change_password(body: PasswordChange, passwords: Passwords) -> None:
    await passwords.change(
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )


@router.post("/email", status_code=status.HTTP_202_ACCEPTED)
@signed_in
@limited("login")
async def change_email(body: EmailChange, emails: Emails) -> None:
    await emails.ask_for_change(email=body.email, password=body.password.get_secret_value())


@router.post("/email/confirmation", status_code=status.HTTP_202_ACCEPTED)
@signed_in
async def send_confirmation(emails: Emails) -> None:
    await emails.ask_for_confirmation()
