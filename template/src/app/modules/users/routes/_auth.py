from typing import Annotated

from fastapi import APIRouter, Depends, status
from fastapi.security import OAuth2PasswordRequestForm

from app.core.permissions import public, signed_in

from ..schemas import (
    InvitationAcceptance,
    RefreshRequest,
    Registration,
    SwitchRequest,
    TokenRead,
)
from ..services import AuthService, SessionService

router = APIRouter(prefix="/auth", tags=["auth"])

Auth = Annotated[AuthService, Depends()]
Sessions = Annotated[SessionService, Depends()]
PasswordForm = Annotated[OAuth2PasswordRequestForm, Depends()]


@router.post("/register", status_code=status.HTTP_201_CREATED)
@public
async def register(body: Registration, auth: Auth) -> TokenRead:
    pair = await auth.register(
        email=body.email,
        password=body.password.get_secret_value(),
        full_name=body.full_name,
        tenant_name=body.tenant_name,
    )
    return TokenRead.model_validate(pair)


@router.post("/token")
@public
async def log_in(form: PasswordForm, auth: Auth) -> TokenRead:
    pair = await auth.log_in(email=form.username, password=form.password)
    return TokenRead.model_validate(pair)


@router.post("/refresh")
@public
async def refresh(body: RefreshRequest, sessions: Sessions) -> TokenRead:
    return TokenRead.model_validate(await sessions.refresh(body.refresh_token))


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
async def log_out(sessions: Sessions) -> None:
    await sessions.end()


@router.post("/switch")
@signed_in
async def switch(body: SwitchRequest, auth: Auth) -> TokenRead:
    return TokenRead.model_validate(await auth.switch(body.tenant_id))


@router.post("/accept-invitation", status_code=status.HTTP_201_CREATED)
@public
async def accept_invitation(body: InvitationAcceptance, auth: Auth) -> TokenRead:
    pair = await auth.accept_invitation(
        body.token,
        email=body.email,
        password=body.password.get_secret_value(),
        full_name=body.full_name,
    )
    return TokenRead.model_validate(pair)
