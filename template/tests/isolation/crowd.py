"""Fill tables with many tenants and rows: PostgreSQL copies them from one row of each table."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Connection, Uuid, text

from .arena import AnyTable
from .rows import is_unique

FOUND = """
    INSERT INTO tenants (id, name, created_at, updated_at)
    SELECT gen_random_uuid(), 'crowd', now(), now() FROM generate_series(1, :tenants)
    RETURNING id
"""

STEPS = {int: "1", Decimal: "1", date: "1", datetime: "interval '1 day'"}
"""Steps from one unique value to the next."""


def found_tenants(connection: Connection, tenants: int) -> list[UUID]:
    """Insert tenants. The connection must be a superuser's."""
    return list(connection.execute(text(FOUND), {"tenants": tenants}).scalars())


def fill(
    connection: Connection, table: AnyTable, crowd: list[UUID], *, rows_each: int, like: UUID
) -> None:
    """Copy the row `like` for each tenant of the crowd. The connection must be a superuser's.

    Disables foreign keys, because no query follows the references of these rows.
    """
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join(_another(column) for column in table.columns)
    connection.execute(text("SET session_replication_role = replica"))
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name} model,"
            " (SELECT id, n FROM unnest(CAST(:crowd AS uuid[])) id,"
            " generate_series(1, :rows) n) crowd"
            " WHERE model.id = :like"
        ),
        {"crowd": crowd, "rows": rows_each, "like": like},
    )
    connection.execute(text("SET session_replication_role = origin"))
    connection.execute(text(f"ANALYZE {table.name}"))


def _another(column: Column[object]) -> str:
    """Return an SQL expression with a new value for columns that may be unique."""
    if column.name == "tenant_id":
        return "crowd.id"
    if isinstance(column.type, Uuid):
        return "gen_random_uuid()"
    if _is_free_text(column):
        return f"left(crowd.n || '-' || model.{column.name}, {_length(column)})"
    if is_unique(column) and column.type.python_type in STEPS:
        return f"model.{column.name} + crowd.n * {STEPS[column.type.python_type]}"
    return f"model.{column.name}"


def _is_free_text(column: Column[object]) -> bool:
    assert column.table is not None
    checks = (str(getattr(key, "sqltext", "")) for key in column.table.constraints)
    return column.type.python_type is str and not any(column.name in check for check in checks)


def _length(column: Column[object]) -> int:
    return getattr(column.type, "length", None) or 1000
