"""Change tables while a release reads and writes them, in migrations.

Each function commits what the migration has done before, and then works in steps that block nobody
for long: an index is built concurrently, a constraint is added without looking at the rows and
validated afterwards. What was committed stays if a later step fails, so call these last. They can
run again: what is there already is skipped or replaced.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause

EXISTS = text("SELECT to_regclass(:name) IS NOT NULL")
INVALID = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def has_table(name: str) -> bool:
    """True if the table is there; False where a migration is only written as SQL."""
    return not op.get_context().as_sql and bool(op.get_bind().scalar(EXISTS, {"name": name}))


def create_index(
    name: str, table: str, columns: Sequence[str | TextClause], *, unique: bool = False, **kw: Any
) -> None:
    """Build an index while others write. The arguments are those of `op.create_index`."""
    with _without_lock_timeout():
        if _is_invalid(name):
            op.drop_index(name, table, postgresql_concurrently=True)
        op.create_index(
            name,
            table,
            list(columns),
            unique=unique,
            if_not_exists=True,
            postgresql_concurrently=True,
            **kw,
        )


def drop_index(name: str, table: str, **_: Any) -> None:
    """Drop an index while others read and write."""
    with _without_lock_timeout():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


def create_foreign_key(
    name: str, source: str, referent: str, local: list[str], remote: list[str], **kw: Any
) -> None:
    """Add a foreign key, in place of one of this name. The arguments are those of
    `op.create_foreign_key`.
    """
    with _validated(source, name):
        op.create_foreign_key(
            name, source, referent, local, remote, postgresql_not_valid=True, **kw
        )


def create_check_constraint(name: str, table: str, condition: str | TextClause, **kw: Any) -> None:
    """Add a CHECK constraint, in place of one of this name. The arguments are those of
    `op.create_check_constraint`.
    """
    with _validated(table, name):
        op.create_check_constraint(name, table, condition, postgresql_not_valid=True, **kw)


def create_unique_constraint(name: str, table: str, columns: Sequence[str]) -> None:
    """Add a unique constraint on top of an index that was built while others write."""
    if not _has_constraint(name, table):
        create_index(name, table, columns, unique=True)
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")


def set_not_null(table: str, column: str) -> None:
    """Forbid NULL. A validated CHECK constraint spares `SET NOT NULL` reading the table."""
    check = f"{table}_{column}_not_null"
    create_check_constraint(op.f(check), table, f"{column} IS NOT NULL")
    op.alter_column(table, column, nullable=False)
    op.drop_constraint(op.f(check), table)


@contextmanager
def _validated(table: str, name: str) -> Iterator[None]:
    op.drop_constraint(op.f(name), table, if_exists=True)
    yield
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


@contextmanager
def _without_lock_timeout() -> Iterator[None]:
    """Run each statement in a transaction of its own. Waiting for others blocks nobody there."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield
        op.execute("RESET lock_timeout")


def _is_invalid(index: str) -> bool:
    """True for an index whose build broke off. Printed as SQL, nothing is there yet."""
    if op.get_context().as_sql:
        return False
    return bool(op.get_bind().scalar(INVALID, {"name": index}))


def _has_constraint(name: str, table: str) -> bool:
    if op.get_context().as_sql:
        return False
    found = text(
        "SELECT true FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)"
    )
    return bool(op.get_bind().scalar(found, {"name": name, "table": table}))
