"""The version of a row, read under a lock."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from app.database.compiled.statement import Statement
from app.database.compiled.tenant_filter import tenant_filter
from app.database.session import TenantSession


async def lock_version(session: TenantSession, row: Any) -> datetime | None:
    """Return the row's current `updated_at`, and lock the row for the rest of the transaction.

    Return None if the row is gone. Raises TenantContextRequired.
    """
    if session.has_locked(row):
        return row.updated_at  # type: ignore[no-any-return]
    model: Any = type(row)
    column, own = tenant_filter(model, session.context, unscoped=session.unscoped, to_write=True)
    records = await session.fetch(_locked(model, column), {"id": row.id, "own": own})
    return records[0][0] if records else None


@cache
def _locked(model: Any, own: str | None) -> Statement:
    columns = model.__mapper__.columns
    query = select(columns["updated_at"]).where(columns["id"] == _value("id", columns["id"]))
    if own is not None:
        query = query.where(columns[own] == _value("own", columns[own]))
    return Statement(query.with_for_update())


def _value(name: str, column: Any) -> Any:
    return bindparam(name, type_=column.type)
