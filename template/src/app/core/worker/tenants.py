"""Find active tenants, with the only SQL on the tenants table in this package."""

from uuid import UUID

from app.core.jobs.sql import queue_sql
from app.core.work import Work

IS_ACTIVE = queue_sql("SELECT suspended_at IS NULL FROM tenants WHERE id = :id").execution_options(
    releasable=True
)
ACTIVE = queue_sql("SELECT id FROM tenants WHERE suspended_at IS NULL ORDER BY id")


async def is_active(work: Work, tenant_id: UUID) -> bool:
    """Return False for a suspended or deleted tenant."""
    found = await work.session.scalar(IS_ACTIVE, {"id": tenant_id})
    return found is True


async def active_tenants(work: Work) -> list[UUID]:
    return list(await work.session.scalars(ACTIVE))
