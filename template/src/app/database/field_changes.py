"""Change the fields of a tenants' table while it is used, as `make module` writes into migrations.

A constraint or an index that is added in one statement keeps writers waiting while PostgreSQL scans
the table. Here each change is several statements, each its own transaction: those that lock the
table are short, and those that scan it let readers and writers pass.

- A migration that failed half-way can be run again: nothing is added twice.
- A statement that needs the table for itself waits for two seconds at most, because everybody else
  would wait behind it, then tries again.
- Names of constraints and indexes follow the convention of `app.database.base`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from app.database import online, search
from app.database.mixins import words_of
from app.database.rls import in_cluster

BATCH = 1000
QUOTE = "$field_changes$"
"""Quotes a block of SQL of this file, so that `make lint-migrations` recognises it."""
PATIENCE, PAUSE, ATTEMPTS = "2s", 1.0, 60
LOCK_NOT_AVAILABLE = "55P03"
_NAMES = (
    "uq_{}_tenant_id_{}",
    "uq_{}_tenant_id_lower_{}",
    "ix_{}_tenant_id_{}_id",
    "ck_{}_{}_is_known",
    "ck_{}_{}_is_allowed",
    "fk_{}_tenant_id_{}",
    "fk_{}_{}",
    "uq_{}_{}",
    "uq_{}_lower_{}",
    "ix_{}_{}_id",
)
RENAME = ("'ALTER TABLE {0} RENAME CONSTRAINT %I TO %I', found.before, found.after",)
ADD_AND_DROP = (
    "'ALTER TABLE {0} ADD CONSTRAINT %I %s', found.after, found.definition",
    "'ALTER TABLE {0} DROP CONSTRAINT %I', found.before",
)


def add_column(table: str, column: sa.Column[Any]) -> None:
    """Add a column. Rows that are there get its `server_default`, which is dropped afterwards."""
    _briefly(lambda: op.add_column(table, column, if_not_exists=True))
    if column.server_default is not None:
        _briefly(lambda: op.alter_column(table, column.name, server_default=None))


def drop_column(table: str, column: str) -> None:
    """Drop a column with its constraints and indexes."""
    _briefly(lambda: op.drop_column(table, column, if_exists=True))


def rename_column(table: str, old: str, new: str) -> None:
    """Rename a column, and its constraints and indexes as the naming convention says."""
    names = _renamed(table, old, new)
    # Citus renames a constraint only with its index, as further below.
    kinds = "'c', 'f'" if in_cluster() else "'c', 'f', 'u'"
    constraints = f"""
        SELECT names.*, pg_get_constraintdef(pg_constraint.oid) AS definition
        FROM pg_constraint JOIN ({names}) AS names ON conname = names.before
        WHERE conrelid = '{table}'::regclass AND contype IN ({kinds})
    """
    changed = ADD_AND_DROP if in_cluster() else RENAME
    rename_constraint = "\n".join(f"EXECUTE format({each});" for each in changed).format(table)
    _do(
        f"""
        IF EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = '{old}'
        ) THEN
            ALTER TABLE {table} RENAME COLUMN {old} TO {new};
        END IF;
        FOR found IN {constraints} LOOP
            {rename_constraint}
        END LOOP;
        FOR found IN {names} LOOP
            EXECUTE format('ALTER INDEX IF EXISTS %I RENAME TO %I', found.before, found.after);
        END LOOP;
        FOR found IN {_of_several(table, old, new)} LOOP
            EXECUTE format('ALTER INDEX %I RENAME TO %I', found.before, found.after);
        END LOOP;
        """
    )


def change_type(table: str, column: str, type_: sa.types.TypeEngine[Any]) -> None:
    """Change a column's type to a wider one: most of them need no rewriting of the table."""
    _briefly(lambda: op.alter_column(table, column, type_=type_))


def shorten(table: str, column: str, type_: sa.String) -> None:
    """Change a text to a shorter type. Fails before it locks anything if a value is too long."""
    name = f"ck_{column}_is_short"
    _add_check(table, name, f"length({column}) <= {type_.length}")
    change_type(table, column, type_)
    _drop_constraint(table, name)


def fill(table: str, column: str, value: str, where: str, *reads: str) -> None:
    """Set the column to an SQL expression in the rows that match, a batch of rows in a transaction.

    `reads` names the other tenants' tables that the expression reads. In a Citus cluster all rows
    are set in one statement, on all nodes at once: it locks no rows of several tenants.
    """
    with _rows_of_all_tenants(table, *reads):
        if op.get_context().as_sql or in_cluster():
            op.execute(_escaped(f"UPDATE {table} SET {column} = {value} WHERE {where}"))
        else:
            _in_batches(
                f"""
                WITH batch AS (
                    SELECT tenant_id AS batch_tenant_id, id AS batch_id FROM {table}
                    WHERE ({where}) AND (tenant_id, id) > ($1::uuid, $2::uuid)
                    ORDER BY tenant_id, id LIMIT {BATCH} FOR UPDATE
                ), filled AS (
                    UPDATE {table} SET {column} = {value} FROM batch
                    WHERE tenant_id = batch_tenant_id AND id = batch_id
                )
                SELECT * FROM batch ORDER BY batch_tenant_id DESC, batch_id DESC LIMIT 1
                """
            )


def fill_shared(table: str, column: str, value: str, where: str) -> None:
    """Set the column in the rows that match of a table that all tenants share, which is small."""
    op.execute(_escaped(f"UPDATE {table} SET {column} = {value} WHERE {where}"))


def require(table: str, column: str) -> None:
    """Refuse NULL. Fails before it locks anything if a row has none: `fill` it first."""
    name = f"ck_{column}_is_given"
    _add_check(table, name, f"{column} IS NOT NULL")
    _briefly(lambda: op.alter_column(table, column, nullable=False))
    _drop_constraint(table, name)


def allow_null(table: str, column: str) -> None:
    _briefly(lambda: op.alter_column(table, column, nullable=True))


def add_index(table: str, column: str) -> None:
    """Add the index that lists are filtered and sorted by."""
    _add_index(f"ix_{table}_tenant_id_{column}_id", table, f"tenant_id, {column}, id")


def drop_index(table: str, column: str) -> None:
    online.drop_index(f"ix_{table}_tenant_id_{column}_id", table)


def add_unique(table: str, column: str, *beside: str) -> None:
    """Make a column unique within a tenant, beside others. Fails if two rows are equal."""
    columns = ["tenant_id", *beside, column]
    online.create_unique_constraint(f"uq_{table}_{'_'.join(columns)}", table, columns)


def drop_unique(table: str, column: str, *beside: str) -> None:
    _drop_constraint(table, f"uq_{table}_{'_'.join(['tenant_id', *beside, column])}")


def add_unique_ignoring_case(table: str, column: str) -> None:
    """Make a text unique within a tenant in any case, as `unique_ignoring_case` declares it."""
    _add_index(
        f"uq_{table}_tenant_id_lower_{column}", table, f"tenant_id, lower({column})", unique=True
    )


def drop_unique_ignoring_case(table: str, column: str) -> None:
    online.drop_index(f"uq_{table}_tenant_id_lower_{column}", table)


def add_unique_among_living(table: str, column: str, *beside: str) -> None:
    """Make a column unique within a tenant, without its archived rows: `unique_among_living`."""
    columns = [*beside, column]
    name = f"uq_{table}_tenant_id_{'_'.join(columns)}"
    _add_unique_among_living(table, name, ", ".join(columns))


def drop_unique_among_living(table: str, column: str, *beside: str) -> None:
    online.drop_index(f"uq_{table}_tenant_id_{'_'.join([*beside, column])}", table)


def add_unique_among_living_ignoring_case(table: str, column: str) -> None:
    name = f"uq_{table}_tenant_id_lower_{column}"
    _add_unique_among_living(table, name, f"lower({column})")


def drop_unique_among_living_ignoring_case(table: str, column: str) -> None:
    drop_unique_ignoring_case(table, column)


def _add_unique_among_living(table: str, name: str, columns: str) -> None:
    within = [sa.text(f"tenant_id, {columns}")]
    where = sa.text("archived_at IS NULL")
    online.create_index(name, table, within, unique=True, postgresql_where=where)


def add_shared_index(table: str, column: str) -> None:
    """Add the index that lists of a table without tenants are filtered and sorted by."""
    _add_index(f"ix_{table}_{column}_id", table, f"{column}, id")


def drop_shared_index(table: str, column: str) -> None:
    online.drop_index(f"ix_{table}_{column}_id", table)


def add_shared_unique(table: str, column: str, *beside: str) -> None:
    """Make a column unique among the rows of all tenants, beside others."""
    columns = [*beside, column]
    online.create_unique_constraint(f"uq_{table}_{'_'.join(columns)}", table, columns)


def drop_shared_unique(table: str, column: str, *beside: str) -> None:
    _drop_constraint(table, f"uq_{table}_{'_'.join([*beside, column])}")


def add_shared_unique_ignoring_case(table: str, column: str) -> None:
    _add_index(f"uq_{table}_lower_{column}", table, f"lower({column})", unique=True)


def drop_shared_unique_ignoring_case(table: str, column: str) -> None:
    online.drop_index(f"uq_{table}_lower_{column}", table)


def add_search(table: str, *columns: str) -> None:
    """Let lists search these columns, as `SearchMixin` declares it."""
    search.create_words(table, *columns)
    _write_words(table, columns)


def change_search(table: str, *columns: str) -> None:
    """Let lists search these columns instead of others, after `stop_search`."""
    search.keep_words(table, *columns)
    _write_words(table, columns)


def stop_search(table: str) -> None:
    """Keep no words for a moment, while a column is renamed or dropped."""
    search.stop_words(table)


def drop_search(table: str) -> None:
    search.drop_words(table)


def _write_words(table: str, columns: tuple[str, ...]) -> None:
    """Write the words of rows that are there, a batch of rows in a transaction."""
    about = {"table": table, "words": words_of(table), "found": search.words_in(columns)}
    with _rows_of_all_tenants(table):
        if op.get_context().as_sql:
            op.execute(search.WRITE.format(rows="", **about))
        elif in_cluster():
            for statement in search.WRITE_IN_CLUSTER:
                op.execute(statement.format(**about))
        else:
            after = "WHERE (tenant_id, id) > ($1::uuid, $2::uuid)"
            rows = f"{after} ORDER BY tenant_id, id LIMIT {BATCH} FOR UPDATE"
            _in_batches(search.WRITE.format(rows=rows, **about))


def add_known_values(table: str, column: str, *values: str) -> None:
    """Allow these values only. Fails if a row has another one: `fill` it first."""
    known = ", ".join(f"'{value}'" for value in values)
    _add_check(table, f"ck_{table}_{column}_is_known", f"{column} IN ({known})")


def drop_known_values(table: str, column: str) -> None:
    _drop_constraint(table, f"ck_{table}_{column}_is_known")


def add_allowed(table: str, column: str, condition: str) -> None:
    """Allow what meets the condition only. Fails if a row does not: `fill` it first."""
    _add_check(table, f"ck_{table}_{column}_is_allowed", _escaped(condition))


def drop_allowed(table: str, column: str) -> None:
    _drop_constraint(table, f"ck_{table}_{column}_is_allowed")


def add_reference(table: str, column: str, target: str, ondelete: str) -> None:
    """Add a foreign key to a row of the same tenant."""
    name = f"fk_{table}_tenant_id_{column}"
    key = f"FOREIGN KEY (tenant_id, {column}) REFERENCES {target} (tenant_id, id)"
    _add_constraint(table, name, f"{key} ON DELETE {ondelete}")


def drop_reference(table: str, column: str) -> None:
    _drop_constraint(table, f"fk_{table}_tenant_id_{column}")


def add_user_reference(table: str, column: str, ondelete: str) -> None:
    """Add a foreign key to a user, who belongs to several tenants."""
    key = f"FOREIGN KEY ({column}) REFERENCES users (id)"
    _add_constraint(table, f"fk_{table}_{column}", f"{key} ON DELETE {ondelete}")


def drop_user_reference(table: str, column: str) -> None:
    _drop_constraint(table, f"fk_{table}_{column}")


def add_shared_reference(table: str, column: str, target: str, ondelete: str) -> None:
    """Add a foreign key to a row that all tenants share."""
    key = f"FOREIGN KEY ({column}) REFERENCES {target} (id)"
    _add_constraint(table, f"fk_{table}_{column}", f"{key} ON DELETE {ondelete}")


def drop_shared_reference(table: str, column: str) -> None:
    _drop_constraint(table, f"fk_{table}_{column}")


def _add_check(table: str, name: str, condition: str) -> None:
    _add_constraint(table, name, f"CHECK ({condition})")


def _add_constraint(table: str, name: str, constraint: str) -> None:
    """Add a constraint that holds for new rows at once, then check the rows that are there."""
    _drop_constraint(table, name)
    _briefly(
        lambda: op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint} NOT VALID")
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def _drop_constraint(table: str, name: str) -> None:
    _briefly(lambda: op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"))


def _add_index(name: str, table: str, columns: str, *, unique: bool = False) -> None:
    online.create_index(name, table, [sa.text(columns)], unique=unique)


@contextmanager
def _rows_of_all_tenants(*tables: str) -> Iterator[None]:
    """See every row in several transactions: FORCE ROW LEVEL SECURITY hides rows from the owner.

    In a Citus cluster row security is never forced.
    """
    if in_cluster():
        yield
        return
    for table in tables:
        _force(table, "NO FORCE")
    try:
        yield
    finally:
        for table in tables:
            _force(table, "FORCE")


def _force(table: str, force: str) -> None:
    """The words of a table, if there are any, change with it."""
    _briefly(lambda: op.execute(f"ALTER TABLE {table} {force} ROW LEVEL SECURITY"))
    words = f"ALTER TABLE IF EXISTS {words_of(table)} {force} ROW LEVEL SECURITY"
    _briefly(lambda: op.execute(words))


def _in_batches(batch: str) -> None:
    with op.get_context().autocommit_block():
        connection, last = op.get_bind(), ("00000000-0000-0000-0000-000000000000",) * 2
        while True:
            row = connection.exec_driver_sql(batch, last).first()
            if row is None:
                return
            last = (str(row[0]), str(row[1]))


def _briefly(change: Callable[[], object]) -> None:
    """Run a statement that needs the table for itself. Raises DBAPIError if it never gets it."""
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = '{PATIENCE}'")
        try:
            _again_and_again(change)
        finally:
            op.execute("RESET lock_timeout")


def _do(code: str) -> None:
    _briefly(lambda: op.execute(f"DO {QUOTE} DECLARE found record; BEGIN {code} END {QUOTE}"))


def _again_and_again(change: Callable[[], object]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            change()
            return
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE or attempt == ATTEMPTS:
                raise
        time.sleep(PAUSE)


def _renamed(table: str, old: str, new: str) -> str:
    """Return SQL with the names of everything that may hang on a column, before and after."""
    pairs = [f"('{f.format(table, old)}', '{f.format(table, new)}')" for f in _NAMES]
    return f"SELECT * FROM (VALUES {', '.join(pairs)}) AS forms (before, after)"


def _of_several(table: str, old: str, new: str) -> str:
    """Return SQL with the names of what makes several columns unique, before and after."""
    former = f"CASE column_.attname WHEN '{new}' THEN '{old}' ELSE column_.attname END"
    return f"""
        SELECT * FROM (
            SELECT index_.relname AS name,
                'uq_{table}_' || string_agg({former}, '_' ORDER BY place) AS before,
                'uq_{table}_' || string_agg(column_.attname, '_' ORDER BY place) AS after
            FROM pg_index JOIN pg_class AS index_ ON index_.oid = indexrelid
            CROSS JOIN unnest(indkey::int2[]) WITH ORDINALITY AS part (number, place)
            JOIN pg_attribute AS column_ ON attrelid = indrelid AND attnum = part.number
            WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary
            GROUP BY index_.relname
        ) AS names WHERE name = before AND before <> after
    """


def _escaped(statement: str) -> str:
    """Escape colons, which SQLAlchemy would read as the beginning of a parameter."""
    return statement.replace(":", "\\:")
