"""Export all rows of one tenant as JSON lines, to hand over or to keep before deletion."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Select, Table, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.runtime import Database
from app.database.asyncpg.connection import begin_sql
from app.database.base import Base
from app.database.mixins import KEPT_BY_TRIGGER
from app.database.tenancy import TenantContext

ACCOUNT = ("id", "email", "full_name", "email_verified_at", "created_at", "updated_at")
"""The columns of an account that are exported: no password, no second factor, no rights."""


def tables_of_tenant() -> list[Table]:
    """Return `tenants` and all tables with tenant_id in their key, each after what it refers to.

    The words of `SearchMixin` are left out: importing a row writes them.
    """
    return [
        table
        for table in Base.metadata.sorted_tables
        if table.name == "tenants"
        or ("tenant_id" in table.primary_key.columns and KEPT_BY_TRIGGER not in table.info)
    ]


async def export_rows(
    database: Database, tenant: TenantContext, *, with_accounts: bool = False
) -> AsyncIterator[bytes]:
    """Yield lines `{"table": …, "row": {…}}` in an order in which rows can be inserted again.

    All rows are read in one snapshot, and as the tenant itself, so that row security applies.
    `with_accounts` adds the accounts that the rows refer to, for an installation without them.
    """
    engine = database.rw.execution_options(isolation_level="REPEATABLE READ")
    async with engine.connect() as connection:
        await act_as(connection, tenant)
        for table, query in _queries(tenant, with_accounts):
            async with connection.stream(query) as rows:
                async for row in rows.mappings():
                    yield _line(table, dict(row))


async def act_as(connection: AsyncConnection, tenant: TenantContext) -> None:
    """Let row security show and take this tenant's rows, for the rest of the transaction."""
    for statement in begin_sql(tenant)[1:]:  # SQLAlchemy has sent BEGIN
        await connection.execute(text(statement))


def _queries(tenant: TenantContext, with_accounts: bool) -> Iterator[tuple[Table, Select[Any]]]:
    """Yield queries for the tenant's row, the accounts if asked for, and all other tables."""
    first, *others = tables_of_tenant()
    yield first, select(first).where(first.c.id == tenant.tenant_id)
    if with_accounts:
        yield _accounts(tenant, others)
    for table in others:
        own = select(table).where(table.c.tenant_id == tenant.tenant_id)
        yield table, own.order_by(*table.primary_key)


def _accounts(tenant: TenantContext, tables: list[Table]) -> tuple[Table, Select[Any]]:
    """Return the query for the accounts that rows of these tables refer to."""
    users = Base.metadata.tables["users"]
    named = union(
        *(
            select(key.parent).where(table.c.tenant_id == tenant.tenant_id)
            for table in tables
            for key in table.foreign_keys
            if key.column is users.c.id
        )
    )
    columns = [users.c[name] for name in ACCOUNT]
    return users, select(*columns).where(users.c.id.in_(named)).order_by(users.c.id)


def _line(table: Table, row: dict[str, Any]) -> bytes:
    """Serialise a row: bytes as base64, decimals as text to stay exact."""
    line = {"table": table.name, "row": row}
    return to_json(line, bytes_mode="base64", inf_nan_mode="null") + b"\n"
