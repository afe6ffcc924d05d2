from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.core.permissions import permission
from app.kit.schemas import Page

from ..permissions import UserPermission
from ..schemas import MemberRead
from ..services import UserService

router = APIRouter(prefix="/users", tags=["users"])

Users = Annotated[UserService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("")
@permission(UserPermission.READ)
async def list_all(users: Users, limit: Limit = 50, cursor: str | None = None) -> Page[MemberRead]:
    rows = await users.list_members(limit=limit, cursor=cursor)
    return Page[MemberRead].model_validate(rows)


@router.get("/{user_id}")
@permission(UserPermission.READ)
async def read(user_id: UUID, users: Users) -> MemberRead:
    return MemberRead.model_validate(await users.get_member(user_id))
