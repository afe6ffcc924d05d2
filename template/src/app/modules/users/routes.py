from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status
from fastapi.security import OAuth2PasswordRequestForm

from app.core.permissions import permission, public, signed_in
from app.kit.schemas import Page

from .permissions import UserPermission
from .schemas import (
    InvitationAcceptance,
    MemberRead,
    MeRead,
    PasswordChange,
    RefreshRequest,
    Registration,
    SwitchRequest,
    TokenRead,
    UserChange,
)
from .services import AuthService, SessionService, UserService

auth = APIRouter(prefix="/auth", tags=["auth"])
router = APIRouter(prefix="/users", tags=["users"])

Auth = Annotated[AuthService, Depends()]
Sessions = Annotated[SessionService, Depends()]
Users = Annotated[UserService, Depends()]
PasswordForm = Annotated[OAuth2PasswordRequestForm, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@auth.post("/register", status_code=status.HTTP_201_CREATED)
@public
async def register(body: Registration, auth: Auth) -> TokenRead:
    pair = await auth.register(
        email=body.email,
        password=body.password.get_secret_value(),
        full_name=body.full_name,
        tenant_name=body.tenant_name,
    )
    return TokenRead.model_validate(pair)


@auth.post("/token")
@public
async def log_in(form: PasswordForm, auth: Auth) -> TokenRead:
    pair = await auth.log_in(email=form.username, password=form.password)
    return TokenRead.model_validate(pair)


@auth.post("/refresh")
@public
async def refresh(body: RefreshRequest, sessions: Sessions) -> TokenRead:
    return TokenRead.model_validate(await sessions.refresh(body.refresh_token))


@auth.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
async def log_out(sessions: Sessions) -> None:
    await sessions.end()


@auth.post("/switch")
@signed_in
async def switch(body: SwitchRequest, auth: Auth) -> TokenRead:
    return TokenRead.model_validate(await auth.switch(body.tenant_id))


@auth.post("/accept-invitation", status_code=status.HTTP_201_CREATED)
@public
async def accept_invitation(body: InvitationAcceptance, auth: Auth) -> TokenRead:
    pair = await auth.accept_invitation(
        body.token,
        email=body.email,
        password=body.password.get_secret_value(),
        full_name=body.full_name,
    )
    return TokenRead.model_validate(pair)


@router.get("/me")
@signed_in
async def read_me(users: Users) -> MeRead:
    return MeRead.model_validate(await users.me())


@router.patch("/me")
@signed_in
async def change_me(body: UserChange, users: Users) -> MeRead:
    return MeRead.model_validate(await users.rename(full_name=body.full_name))


@router.put("/me/password", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
async def change_password(body: PasswordChange, users: Users) -> None:
    await users.change_password(
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )


@router.get("")
@permission(UserPermission.READ)
async def list_members(
    users: Users, limit: Limit = 50, cursor: str | None = None
) -> Page[MemberRead]:
    rows = await users.list_members(limit=limit, cursor=cursor)
    return Page[MemberRead].model_validate(rows)


@router.get("/{user_id}")
@permission(UserPermission.READ)
async def read_member(user_id: UUID, users: Users) -> MemberRead:
    return MemberRead.model_validate(await users.get_member(user_id))
