from typing import Annotated

from fastapi import APIRouter, Depends, status

from app.core.permissions import signed_in

from ..schemas import MeRead, PasswordChange, UserChange
from ..services import UserService

router = APIRouter(prefix="/users/me", tags=["me"])

Users = Annotated[UserService, Depends()]


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
async def change_password(body: PasswordChange, users: Users) -> None:
    await users.change_password(
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )
