"""All rows of one tenant as JSON lines: to hand them over, or to keep them before they are deleted."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from pydantic_core import to_jsonable_python
from sqlalchemy import Select, Table, select

from app.core.unit_of_work import UnitOfWork
from app.database.base import Base
from app.database.tenancy import TenantContext

OPTIONS = {"raw_sql": "every table, with models and without", "yield_per": 500}
ONE_MOMENT = {"raw_sql": "all tables as of one moment", "isolation_level": "REPEATABLE READ"}


async def export_rows(work: UnitOfWork) -> AsyncIterator[bytes]:
    """`{"table": …, "row": {…}}` a line, in an order in which the rows could be put back.

    The unit of work has to be new, since its transaction becomes one that sees a single moment.
    """
    tenant = work.tenant
    await work.session.connection(execution_options=ONE_MOMENT)
    for table, query in _queries(tenant):
        rows = await work.session.stream(query, execution_options=OPTIONS)
        async for row in rows.mappings():
            yield _line(table, dict(row))


def _queries(tenant: TenantContext) -> list[tuple[Table, Select[Any]]]:
    """Found in the metadata: the tables whose keys begin with the tenant, and the tenant's own row."""
    tenants = Base.metadata.tables["tenants"]
    own = select(tenants).where(tenants.c.id == tenant.tenant_id)
    of_tenants = [t for t in Base.metadata.sorted_tables if "tenant_id" in t.primary_key.columns]
    return [(tenants, own)] + [
        (table, select(table).where(table.c.tenant_id == tenant.tenant_id).order_by(*table.primary_key))
        for table in of_tenants
    ]


def _line(table: Table, row: dict[str, Any]) -> bytes:
    """Bytes as base64; a decimal stays exact, as text."""
    values = to_jsonable_python(row, bytes_mode="base64")
    return orjson.dumps({"table": table.name, "row": values}, option=orjson.OPT_APPEND_NEWLINE)
