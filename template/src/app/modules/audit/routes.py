from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.core.permissions import permission
from app.kit.schemas import Page

from .permissions import AuditPermission
from .schemas import ActRead
from .services import AuditService

router = APIRouter(prefix="/audit", tags=["audit"])

Audit = Annotated[AuditService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("")
@permission(AuditPermission.READ)
async def list_all(
    audit: Audit,
    limit: Limit = 50,
    cursor: str | None = None,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
) -> Page[ActRead]:
    rows = await audit.list(limit=limit, cursor=cursor, subject_id=subject_id, actor_id=actor_id)
    return Page[ActRead].model_validate(rows)
