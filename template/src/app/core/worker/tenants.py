"""Find active tenants."""

from uuid import UUID

from app.core.jobs.sql import queue_sql
from app.core.work import Work

ACTIVE = queue_sql("SELECT id FROM tenants WHERE suspended_at IS NULL ORDER BY id")


async def active_tenants(work: Work) -> list[UUID]:
    return list(await work.session.scalars(ACTIVE))
