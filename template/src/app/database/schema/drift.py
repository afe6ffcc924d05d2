"""Find differences between database and models: columns, types, defaults, CHECK constraints, and
what lists search.
"""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from app.database.base import Base
from app.database.cluster import is_distributed
from app.database.schema.autogenerate import COMPARED
from app.database.schema.searched import find_unkept


def find_drift(connection: Connection) -> list[str]:
    """Return a line for each difference.

    The models must be loaded, and the role must be allowed to create temporary tables, as app_owner
    is; they are rolled back.
    """
    context = MigrationContext.configure(connection, opts=COMPARED)
    found = compare_metadata(context, Base.metadata)
    unkept = [] if is_distributed(connection) else list(find_unkept(connection))
    connection.rollback()
    return [*(_line(*change) for change in _flat(found)), *unkept]


def _flat(found: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Flatten the changes: Alembic groups those of one column in a list."""
    for change in found:
        yield from _flat(change) if isinstance(change, list) else [change]


def _line(act: str, *what: Any) -> str:
    """Return a line such as `add_constraint(invoices.ck_invoices_status_is_known)`."""
    names = [name for each in what for name in _names(each)]
    return f"{act}({'.'.join(names)})"


def _names(each: Any) -> Iterator[str]:
    if isinstance(each, str):
        yield each
    elif (table := getattr(each, "table", None)) is not None:
        yield from (table.name, str(each.name))
    elif isinstance(name := getattr(each, "name", None), str):
        yield name
