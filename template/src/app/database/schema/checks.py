"""CHECK constraints of a model and of its table, compared as PostgreSQL writes them.

PostgreSQL keeps a constraint in words of its own: `status IN ('a', 'b')` comes back as
`status::text = ANY (ARRAY[…])`. So it is asked to write the model's as well, for a temporary table
of the same columns, which a savepoint takes back.
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
    """What the table has and what the model wants of one constraint; None for nothing."""

    name: str
    stored: str | None
    wanted: str | None


def differences(connection: Connection, table: Table) -> list[Difference]:
    """By name. `stored` and `wanted` are expressions, to be written into a migration."""
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
    """What PostgreSQL wrote once it may write otherwise when it reads that again, as it does when
    a column's type changes: after a few times it stays."""
    written = _written(connection, table, wanted)
    for _ in range(TIMES):
        if written is None or written == stored:
            break
        written = _written(connection, table, _expression(written))
        stored = _written(connection, table, _expression(stored)) or stored
    return written == stored


def _written(connection: Connection, table: Table, expression: str) -> str | None:
    """None for one that the table cannot have yet: a column of it is missing."""
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
        return constraint.sqltext.text  # which compiling would change: % becomes %%
    options = {"literal_binds": True, "include_table": False}
    return str(constraint.sqltext.compile(dialect=connection.dialect, compile_kwargs=options))


def _expression(definition: str) -> str:
    """Of `CHECK (…)`, without its outer parentheses."""
    return definition.removeprefix("CHECK ").removesuffix(" NOT VALID")[1:-1]
