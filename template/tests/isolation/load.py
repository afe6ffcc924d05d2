"""Fill tables with many tenants and rows: PostgreSQL copies them from one row of each table."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Connection, Uuid, text

from app.database.mixins import SearchMixin, words_of
from app.database.search import words_in

from .limits import limited
from .rows import is_unique
from .two_tenants import AnyTable

CREATE = """
    INSERT INTO tenants (id, name, created_at, updated_at)
    SELECT gen_random_uuid(), 'load', now(), now() FROM generate_series(1, :tenants)
    RETURNING id
"""

STEPS = {int: "1", Decimal: "1", date: "1", datetime: "interval '1 day'"}
"""Steps from one unique value to the next."""


def create_tenants(connection: Connection, tenants: int) -> list[UUID]:
    """Insert tenants. The connection must be a superuser's."""
    return list(connection.execute(text(CREATE), {"tenants": tenants}).scalars())


def fill(
    connection: Connection, table: AnyTable, tenant_ids: list[UUID], *, rows_each: int, like: UUID
) -> None:
    """Copy the row `like` for each tenant. The connection must be a superuser's.

    Disables foreign keys, because no query follows the references of these rows.
    """
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join(_another(column, rows_each) for column in table.columns)
    connection.execute(text("SET session_replication_role = replica"))
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name} model,"
            " (SELECT id, n FROM unnest(CAST(:tenant_ids AS uuid[])) id,"
            " generate_series(1, :rows) n) tenant_ids"
            " WHERE model.id = :like"
        ),
        {"tenant_ids": tenant_ids, "rows": rows_each, "like": like},
    )
    connection.execute(text("SET session_replication_role = origin"))
    connection.execute(text(f"ANALYZE {table.name}"))


def fill_words(connection: Connection, model: type[SearchMixin]) -> None:
    """Write the words of the copies, as their trigger would. The connection is a superuser's."""
    table: AnyTable = model.__table__  # type: ignore[attr-defined]  # every model has one
    words, found = words_of(table.name), words_in(model.__searched__)
    connection.execute(
        text(
            f"INSERT INTO {words} SELECT tenant_id, id, unnest({found}) FROM {table.name}"
            " ON CONFLICT DO NOTHING"
        )
    )
    connection.execute(text(f"ANALYZE {words}"))


def _another(column: Column[object], rows: int) -> str:
    """Return an SQL expression with a new value for columns that may be unique."""
    if column.name == "tenant_id":
        return "tenant_ids.id"
    if isinstance(column.type, Uuid):
        return "gen_random_uuid()"
    if is_unique(column) and limited(column, 0) is not None:
        allowed = ", ".join(f"'{limited(column, number)}'" for number in range(rows))
        return f"((ARRAY[{allowed}])[tenant_ids.n])::{column.type.compile()}"
    if _is_free_text(column):
        return f"left(tenant_ids.n || '-' || model.{column.name}, {_length(column)})"
    if is_unique(column) and column.type.python_type in STEPS:
        return f"model.{column.name} + tenant_ids.n * {STEPS[column.type.python_type]}"
    return f"model.{column.name}"


def _is_free_text(column: Column[object]) -> bool:
    assert column.table is not None
    checks = (str(getattr(key, "sqltext", "")) for key in column.table.constraints)
    return column.type.python_type is str and not any(column.name in check for check in checks)


def _length(column: Column[object]) -> int:
    return getattr(column.type, "length", None) or 1000
