"""Routes for the links in e-mails: a page of yours reads the token and sends it here."""

from typing import Annotated

from fastapi import APIRouter, Depends, status

from app.core.limits import limited
from app.core.permissions import public

from ..schemas import EmailConfirmation, PasswordForgotten, PasswordReset
from ..services import EmailService, PasswordService

router = APIRouter(prefix="/auth", tags=["auth"])

Emails = Annotated[EmailService, Depends()]
Passwords = Annotated[PasswordService, Depends()]


@router.post("/confirm-email", status_code=status.HTTP_204_NO_CONTENT)
@public
@limited("login")
async def confirm_email(body: EmailConfirmation, emails: Emails) -> None:
    password = body.password.get_secret_value() if body.password else None
    await emails.confirm(body.token, password=password)


@router.post("/forgot-password", status_code=status.HTTP_202_ACCEPTED)
@public
@limited("login")
async def forgot_password(body: PasswordForgotten, passwords: Passwords) -> None:
    await passwords.ask_for_reset(body.email)


@router.post("/reset-password", status_code=status.HTTP_204_NO_CONTENT)
@public
@limited("login")
async def reset_password(body: PasswordReset, passwords: Passwords) -> None:
    await passwords.reset(body.token, new=body.password.get_secret_value())
