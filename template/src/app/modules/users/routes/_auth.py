from typing import Annotated

from fastapi import APIRouter, Depends, status

from app.core.limits import limited
from app.core.permissions import public, signed_in

from ..schemas import (
    ChallengeAnswer,
    InvitationAcceptance,
    Joining,
    LogInForm,
    RefreshRequest,
    Registration,
    RegistrationRead,
    SwitchRequest,
)
from ..services import AuthService, SessionService
from ._delivery import CHALLENGE, CONFIRMATION, Moved, Signed, Tokens
from ._form import Form, described

router = APIRouter(prefix="/auth", tags=["auth"])

Auth = Annotated[AuthService, Depends()]
Sessions = Annotated[SessionService, Depends()]


@router.post("/register", status_code=status.HTTP_201_CREATED, responses=CONFIRMATION)
@public
@limited("login")
async def register(body: Registration, auth: Auth, tokens: Tokens) -> Signed | RegistrationRead:
    pair = await auth.sign_up(
        email=body.email,
        password=body.password.get_secret_value(),
        full_name=body.full_name,
        tenant_name=body.tenant_name,
    )
    return tokens.answer_to_registration(pair, email=body.email)


@router.post("/token", openapi_extra=described(LogInForm), responses=CHALLENGE)
@public
@limited("login")
async def log_in(form: Form, auth: Auth, tokens: Tokens) -> Signed:
    pair = await auth.log_in(email=form.username, password=form.password.get_secret_value())
    return tokens.answer(pair)


@router.post("/second-factor")
@public
@limited("login")
async def answer_challenge(body: ChallengeAnswer, auth: Auth, tokens: Tokens) -> Signed:
    return tokens.answer(await auth.verify(body.challenge, body.code))


@router.post("/refresh")
@public
@limited("login", failures=True)
async def refresh(sessions: Sessions, tokens: Tokens, body: RefreshRequest | None = None) -> Signed:
    sent = tokens.refresh_token(body.refresh_token if body else None)
    return tokens.answer(await sessions.refresh(sent))


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
@public
@limited("login", failures=True)
async def log_out(sessions: Sessions, tokens: Tokens, body: RefreshRequest | None = None) -> None:
    """End the log-in that the access token or the refresh token belongs to."""
    await sessions.end(tokens.own_refresh_token(body.refresh_token if body else None))
    tokens.clear()


@router.post("/switch")
@signed_in
@limited("login", failures=True)
async def switch(body: SwitchRequest, auth: Auth, tokens: Tokens) -> Moved:
    refresh_token = tokens.own_refresh_token(body.refresh_token)
    return tokens.answer_in_kind(await auth.switch(body.tenant_id, refresh_token=refresh_token))


@router.post("/join")
@signed_in
@limited("login")
async def join(body: Joining, auth: Auth, tokens: Tokens) -> Moved:
    refresh_token = tokens.own_refresh_token(body.refresh_token)
    return tokens.answer_in_kind(await auth.join(body.token, refresh_token=refresh_token))


@router.post("/accept-invitation", status_code=status.HTTP_201_CREATED, responses=CHALLENGE)
@public
@limited("login")
async def accept_invitation(body: InvitationAcceptance, auth: Auth, tokens: Tokens) -> Signed:
    pair = await auth.accept_invitation(
        body.token,
        email=body.email,
        password=body.password.get_secret_value(),
        full_name=body.full_name,
    )
    return tokens.answer(pair)
