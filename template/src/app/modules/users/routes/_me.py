from typing import Annotated

from fastapi import APIRouter, Depends, status

from app.core.limits import limited
from app.core.permissions import signed_in

from ..schemas import EmailChange, MeRead, PasswordChange, UserChange
from ..services import EmailService, PasswordService, UserService

router = APIRouter(prefix="/users/me", tags=["me"])

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
    return MeRead.model_validate(await users.rename(full_name=body.full_name))


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
