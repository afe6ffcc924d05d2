"""Which tenants are served. The one place of this room that knows the table, by its name."""

from typing import TYPE_CHECKING
from uuid import UUID

from .sql import queue_sql

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork

IS_ACTIVE = queue_sql("SELECT suspended_at IS NULL FROM tenants WHERE id = :id").execution_options(
    releasable=True
)
ACTIVE = queue_sql("SELECT id FROM tenants WHERE suspended_at IS NULL ORDER BY id")


async def is_active(work: "UnitOfWork", tenant_id: UUID) -> bool:
    """False for a tenant that is suspended or gone."""
    found = await work.session.scalar(IS_ACTIVE, {"id": tenant_id})
    return found is True


async def active_tenants(work: "UnitOfWork") -> list[UUID]:
    return list(await work.session.scalars(ACTIVE))
