"""Export all rows of one tenant as JSON lines, to hand over or to keep before deletion."""

from collections.abc import AsyncIterator
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Select, Table, select, text

from app.core.runtime import Database
from app.database.asyncpg.connection import begin_sql
from app.database.base import Base
from app.database.tenancy import TenantContext


async def export_rows(database: Database, tenant: TenantContext) -> AsyncIterator[bytes]:
    """Yield lines `{"table": …, "row": {…}}` in an order in which rows can be inserted again.

    All rows are read in one snapshot, and as the tenant itself, so that row security applies.
    """
    engine = database.rw.execution_options(isolation_level="REPEATABLE READ")
    async with engine.connect() as connection:
        for statement in begin_sql(tenant)[1:]:  # SQLAlchemy has sent BEGIN
            await connection.execute(text(statement))
        for table, query in _queries(tenant):
            async with connection.stream(query) as rows:
                async for row in rows.mappings():
                    yield _line(table, dict(row))


def _queries(tenant: TenantContext) -> list[tuple[Table, Select[Any]]]:
    """Return queries for the tenant's row, then for all tables with tenant_id in their key."""
    tenants = Base.metadata.tables["tenants"]
    own = select(tenants).where(tenants.c.id == tenant.tenant_id)
    return [(tenants, own)] + [
        (
            table,
            select(table).where(table.c.tenant_id == tenant.tenant_id).order_by(*table.primary_key),
        )
        for table in Base.metadata.sorted_tables
        if "tenant_id" in table.primary_key.columns
    ]


def _line(table: Table, row: dict[str, Any]) -> bytes:
    """Serialise a row: bytes as base64, decimals as text to stay exact."""
    line = {"table": table.name, "row": row}
    return to_json(line, bytes_mode="base64", inf_nan_mode="null") + b"\n"
