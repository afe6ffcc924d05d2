from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.core.permissions import permission
from app.kit.moments import Moment
from app.kit.schemas import Page

from .permissions import AuditPermission
from .schemas import ActRead
from .services import AuditService

router = APIRouter(prefix="/audit", tags=["audit"])

Audit = Annotated[AuditService, Depends()]
Action = Annotated[str, Query(max_length=120, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?$")]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("")
@permission(AuditPermission.READ)
async def list_all(
    audit: Audit,
    limit: Limit = 50,
    cursor: str | None = None,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    action: Action | None = None,
    at_from: Moment | None = None,
    at_until: Moment | None = None,
) -> Page[ActRead]:
    """List acts, newest first. `action` is a name such as `members.removed`, or `members.*`.

    `at_until` is not in the range.
    """
    rows = await audit.list(
        limit=limit,
        cursor=cursor,
        subject_id=subject_id,
        actor_id=actor_id,
        action=action,
        at_from=at_from,
        at_until=at_until,
    )
    return Page[ActRead].model_validate(rows)
