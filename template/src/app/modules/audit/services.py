from datetime import datetime
from uuid import UUID

from app.core.audit import LogEntry, list_acts
from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows

from .permissions import AuditPermission


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
