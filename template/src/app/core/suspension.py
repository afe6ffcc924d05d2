"""Ask whether a tenant exists and is not suspended."""

from uuid import UUID

from app.core.jobs.sql import queue_sql
from app.core.work import Work

IS_ACTIVE = queue_sql("SELECT suspended_at IS NULL FROM tenants WHERE id = :id").execution_options(
    releasable=True
)


async def is_active(work: Work, tenant_id: UUID) -> bool:
    """Return False for a suspended or deleted tenant."""
    found = await work.session.scalar(IS_ACTIVE, {"id": tenant_id})
    return found is True
