"""Compare CHECK constraints of a model and its table in PostgreSQL's own notation.

PostgreSQL rewrites a constraint: `status IN ('a', 'b')` is stored as `status::text = ANY
(ARRAY[…])`. So the model's constraint is added to a temporary table with the same columns, inside a
savepoint, to read back what PostgreSQL makes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Connection, Table, TextClause, text
from sqlalchemy.exc import DBAPIError

STORED = text("""
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(:name) AND contype = 'c'
""")
TEMPORARY = "compared_checks"
TIMES = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """The table's and the model's version of one constraint; None where it is missing."""

    name: str
    stored: str | None
    wanted: str | None


def differences(connection: Connection, table: Table) -> list[Difference]:
    """Return the differences by name, with expressions to be written into a migration."""
    wanted = {str(each.name): each for each in _named_checks(table)}
    stored = _stored(connection, table.name)
    changed = wanted.keys() ^ stored.keys()
    for name in wanted.keys() & stored.keys():
        if not _are_same(connection, table, _sql(connection, wanted[name]), stored[name]):
            changed.add(name)
    return [
        Difference(
            name,
            _expression(stored[name]) if name in stored else None,
            _sql(connection, wanted[name]) if name in wanted else None,
        )
        for name in sorted(changed)
    ]


def _named_checks(table: Table) -> Iterator[CheckConstraint]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.name is not None:
            yield constraint


def _stored(connection: Connection, name: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(STORED, {"name": name})}


def _are_same(connection: Connection, table: Table, wanted: str, stored: str) -> bool:
    """Compare two constraints after rewriting them until they no longer change.

    PostgreSQL may rewrite its own output again when it reads it, as it does after a change of a
    column's type.
    """
    written = _written(connection, table, wanted)
    for _ in range(TIMES):
        if written is None or written == stored:
            break
        written = _written(connection, table, _expression(written))
        stored = _written(connection, table, _expression(stored)) or stored
    return written == stored


def _written(connection: Connection, table: Table, expression: str) -> str | None:
    """Return the constraint as PostgreSQL writes it, or None if one of its columns is missing."""
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(f'CREATE TEMPORARY TABLE {TEMPORARY} (LIKE "{table.name}")')
        check = f"ADD CONSTRAINT compared CHECK ({expression})"
        connection.exec_driver_sql(f"ALTER TABLE {TEMPORARY} {check}")
        return _stored(connection, f"pg_temp.{TEMPORARY}")["compared"]
    except DBAPIError:
        return None
    finally:
        savepoint.rollback()


def _sql(connection: Connection, constraint: CheckConstraint) -> str:
    if isinstance(constraint.sqltext, TextClause):
        return constraint.sqltext.text  # compiling would change % to %%
    options = {"literal_binds": True, "include_table": False}
    return str(constraint.sqltext.compile(dialect=connection.dialect, compile_kwargs=options))


def _expression(definition: str) -> str:
    """Return the expression of `CHECK (…)`, without the outer parentheses."""
    return definition.removeprefix("CHECK ").removesuffix(" NOT VALID")[1:-1]
