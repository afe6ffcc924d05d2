from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from app.core.permissions import permission
from app.kit.schemas import Page

from .permissions import ApiKeyPermission
from .schemas import ApiKeyCreate, ApiKeyIssued, ApiKeyRead
from .services import ApiKeyService

router = APIRouter(prefix="/api-keys", tags=["API keys"])

Keys = Annotated[ApiKeyService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("", status_code=status.HTTP_201_CREATED)
@permission(ApiKeyPermission.CREATE)
async def create_key(body: ApiKeyCreate, keys: Keys) -> ApiKeyIssued:
    lifetime = timedelta(days=body.expires_in_days) if body.expires_in_days else None
    row, key = await keys.create(name=body.name, permissions=body.permissions, lifetime=lifetime)
    return ApiKeyIssued(**ApiKeyRead.model_validate(row).model_dump(), key=key)


@router.get("")
@permission(ApiKeyPermission.READ)
async def list_keys(keys: Keys, limit: Limit = 50, cursor: str | None = None) -> Page[ApiKeyRead]:
    return Page[ApiKeyRead].model_validate(await keys.list(limit=limit, cursor=cursor))


@router.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(ApiKeyPermission.REVOKE)
async def revoke_key(key_id: UUID, keys: Keys) -> None:
    await keys.revoke(key_id)
