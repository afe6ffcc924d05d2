"""Ask whether a tenant exists and is not suspended."""

from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, column, select, table

from app.core.work import Work
from app.database.compiled.standalone import ReadStatement

TENANTS = table("tenants", column("id", Uuid), column("suspended_at", DateTime(timezone=True)))
IS_ACTIVE = ReadStatement(
    select(TENANTS.c.suspended_at.is_(None).label("is_active")).where(
        TENANTS.c.id == bindparam("id", type_=Uuid)
    )
)


async def is_active(work: Work, tenant_id: UUID) -> bool:
    """Return False for a suspended or deleted tenant."""
    found = await work.session.read(IS_ACTIVE, {"id": tenant_id})
    return bool(found) and found[0][0]
