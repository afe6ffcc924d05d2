from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.core.permissions import superuser
from app.kit.schemas import Page

from ..schemas import UserRead
from ..services import UserAdministration

router = APIRouter(prefix="/admin/users", tags=["administration"])

Users = Annotated[UserAdministration, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("")
@superuser
async def list_users(users: Users, limit: Limit = 50, cursor: str | None = None) -> Page[UserRead]:
    return Page[UserRead].model_validate(await users.list(limit=limit, cursor=cursor))


@router.post("/{user_id}/suspend")
@superuser
async def suspend_user(user_id: UUID, users: Users) -> UserRead:
    return UserRead.model_validate(await users.suspend(user_id))


@router.post("/{user_id}/resume")
@superuser
async def resume_user(user_id: UUID, users: Users) -> UserRead:
    return UserRead.model_validate(await users.resume(user_id))
