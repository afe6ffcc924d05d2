"""Where a database is not as the models say: columns, types, defaults, CHECK constraints."""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from app.database.base import Base
from app.database.schema.autogenerate import COMPARED


def find_drift(connection: Connection) -> list[str]:
    """A line for each difference. Wants the models loaded, and a role that may make temporary
    tables, as app_owner may; nothing that it makes stays."""
    context = MigrationContext.configure(connection, opts=COMPARED)
    found = compare_metadata(context, Base.metadata)
    connection.rollback()
    return [_line(*change) for change in _flat(found)]


def _flat(found: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Alembic puts what changes in one column into a list of its own."""
    for change in found:
        yield from _flat(change) if isinstance(change, list) else [change]


def _line(act: str, *what: Any) -> str:
    """`add_constraint(invoices.ck_invoices_status_is_known)`"""
    names = [name for each in what for name in _names(each)]
    return f"{act}({'.'.join(names)})"


def _names(each: Any) -> Iterator[str]:
    if isinstance(each, str):
        yield each
    elif (table := getattr(each, "table", None)) is not None:
        yield from (table.name, str(each.name))
    elif isinstance(name := getattr(each, "name", None), str):
        yield name
