from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.audit import LogEntry, list_acts
from app.core.personal_data import exported
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit.rows import Rows

from .permissions import AuditPermission

PAGE = 100


class AuditService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def list(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        subject_id: UUID | None = None,
        actor_id: UUID | None = None,
        action: str | None = None,
        at_from: datetime | None = None,
        at_until: datetime | None = None,
    ) -> Rows[LogEntry]:
        self.work.require(AuditPermission.READ)
        return await list_acts(
            self.work,
            limit=limit,
            cursor=cursor,
            subject_id=subject_id,
            actor_id=actor_id,
            action=action,
            at_from=at_from,
            at_until=at_until,
        )


async def export_acts_of(work: UnitOfWork, user_id: UUID) -> list[dict[str, Any]]:
    """Return what the user has done, newest first."""
    acts: list[LogEntry] = []
    page = await list_acts(work, limit=PAGE, actor_id=user_id)
    acts += page.items
    while page.next_cursor:
        page = await list_acts(work, limit=PAGE, cursor=page.next_cursor, actor_id=user_id)
        acts += page.items
    return exported(acts)
