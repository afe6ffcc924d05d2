"""Distribute a database over the nodes of a Citus cluster, or bring it back to one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from app.database.cluster import (
    has_citus,
    is_distributed,
    with_subselects,
    without_subselects,
)
from app.database.schema import cluster
from app.database.schema.guarantees import CLUSTER_SETTINGS, TABLES_WITHOUT_MODEL
from app.database.schema.searched import keep_again, stop_keeping

Say = Callable[[str], object]


class CannotDistribute(Exception):
    """Nothing was changed. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    is_tenants: bool


TABLES = text(r"""
    SELECT pg_class.oid::regclass::text, pg_attribute.attname IS NOT NULL
    FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
    LEFT JOIN pg_attribute
      ON attrelid = pg_class.oid AND attnum = conkey[1] AND attname = 'tenant_id'
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname = 'public'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    ORDER BY 1
""")
POLICIES = text("""
    SELECT quote_ident(polname), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
    FROM pg_policy WHERE polrelid = to_regclass(:table)
""")
JOBS_OF_NOBODY = text("""
    DELETE FROM procrastinate_jobs
    WHERE tenant_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM tenants WHERE tenants.id = procrastinate_jobs.tenant_id)
""")
TIE_JOBS = text("""
    ALTER TABLE procrastinate_jobs ADD CONSTRAINT fk_procrastinate_jobs_tenant_id
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
""")
UNKNOWN_KEYS = text("""
    SELECT DISTINCT conrelid::regclass::text || ' (' || conname || ')'
    FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'tenant_id'
    WHERE contype = 'f' AND confdeltype IN ('n', 'd') AND NOT relation_is_a_known_shard(conrelid)
    ORDER BY 1
""")
NODES = text("""
    SELECT count(*) FILTER (WHERE groupid = 0), count(*) FILTER (WHERE shouldhaveshards)
    FROM pg_dist_node WHERE isactive AND noderole = 'primary'
""")


def distribute(connection: Connection, say: Say, *, shards: int) -> int:
    """Move all tables that are not where they belong; return their number.

    In one transaction: begin it before, and commit it afterwards. Raises CannotDistribute.
    """
    _refuse_unready(connection)
    known = set(connection.scalars(cluster.PLACED))
    tables = [table for table in _tables(connection) if table.name not in known and _moves(table)]
    if tables:
        stop_keeping(connection)
        connection.execute(cluster.SEQUENTIAL)
        connection.execute(text(f"SET LOCAL citus.shard_count = {shards:d}"))
        _move(connection, tables, say, _place)
    _set(connection, CLUSTER_SETTINGS)
    return len(tables)


def undistribute(connection: Connection, say: Say) -> int:
    """Move all tables back to the coordinator; return their number.

    In one transaction, as `distribute`. Raises CannotDistribute.
    """
    if not is_distributed(connection):
        raise CannotDistribute("This database is not distributed: there is nothing to bring back.")
    known = set(connection.scalars(cluster.PLACED))
    tables = [table for table in _tables(connection) if table.name in known]
    connection.execute(cluster.SEQUENTIAL)
    _move(connection, tables, say, _bring_back)
    connection.execute(JOBS_OF_NOBODY)
    connection.execute(TIE_JOBS)
    for table in tables:
        _protect(connection, table.name, with_subselects, "FORCE")
    keep_again(connection)
    _set(connection, dict.fromkeys(CLUSTER_SETTINGS))
    return len(tables)


def truncate_local_rows(connection: Connection) -> None:
    """Delete what distributing left on the coordinator: no query shows it, and no DELETE finds it.

    Raises DBAPIError.
    """
    tables = [table for table in _tables(connection) if table.is_tenants and _moves(table)]
    for table in tables:
        if not cluster.is_reference(table.name):
            connection.execute(
                text("SELECT truncate_local_data_after_distributing_table(:table)"),
                {"table": table.name},
            )


def _tables(connection: Connection) -> list[Table]:
    return [Table(*row) for row in connection.execute(TABLES)]


def _moves(table: Table) -> bool:
    return table.is_tenants or cluster.is_reference(table.name)


def _move(
    connection: Connection,
    tables: list[Table],
    say: Say,
    move: Callable[[Connection, Table], str],
) -> None:
    names = [table.name for table in tables]
    connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    for name in names:
        _protect(connection, name, without_subselects, "NO FORCE")
    before = {name: _count(connection, name) for name in names}
    keys = cluster.keys_of(connection, names)
    for table, name, _ in keys:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for each in sorted(tables, key=lambda table: not cluster.is_reference(table.name)):
        where = move(connection, each)
        _compare(each.name, before[each.name], _count(connection, each.name))
        say(f"{each.name}: {before[each.name]} rows, {where}")
    for table, name, definition in keys:
        if table in TABLES_WITHOUT_MODEL:
            continue  # Citus would plan the queue's statements, and refuses the recursive one
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _place(connection: Connection, table: Table) -> str:
    return cluster.place(connection, table.name)


def _bring_back(connection: Connection, table: Table) -> str:
    connection.execute(text("SELECT undistribute_table(:table)"), {"table": table.name})
    return "on the coordinator"


def _protect(
    connection: Connection, table: str, condition: Callable[[str], str], force: str
) -> None:
    """Write each policy of the table in the other form. Tables without row security have none."""
    for name, using, check in connection.execute(POLICIES, {"table": table}).all():
        clauses = list(_clauses(condition, using, check))
        connection.exec_driver_sql(f"ALTER POLICY {name} ON {table} {' '.join(clauses)}")
        connection.execute(text(f"ALTER TABLE {table} {force} ROW LEVEL SECURITY"))


def _clauses(
    condition: Callable[[str], str], using: str | None, check: str | None
) -> Iterator[str]:
    if using is not None:
        yield f"USING ({condition(using)})"
    if check is not None:
        yield f"WITH CHECK ({condition(check)})"


def _count(connection: Connection, table: str) -> int:
    return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def _compare(table: str, before: int, after: int) -> None:
    if before != after:
        raise CannotDistribute(
            f"{table} had {before} rows and would have {after} afterwards, so nothing was changed."
            " Is app_owner its owner, and are there policies that app.database.rls did not make?"
        )


def _set(connection: Connection, settings: dict[str, str] | dict[str, None]) -> None:
    """Set them for the database; its owner has to see no shards, as Alembic would drop them."""
    database = connection.scalar(text("SELECT quote_ident(current_database())"))
    for name, value in settings.items():
        change = f"SET {name} = '{value}'" if value else f"RESET {name}"
        connection.execute(text(f"ALTER DATABASE {database} {change}"))
    visible = "citus.override_table_visibility"
    own = f"SET {visible} = 'on'" if settings[visible] else f"RESET {visible}"
    connection.execute(text(f"ALTER ROLE CURRENT_USER IN DATABASE {database} {own}"))


def _refuse_unready(connection: Connection) -> None:
    if not has_citus(connection):
        raise CannotDistribute(
            "Citus is not installed in this database: CREATE EXTENSION citus, as an administrator,"
            " on each node. docs/scaling.md has all the steps."
        )
    coordinators, workers = connection.execute(NODES).one()
    if not coordinators:
        raise CannotDistribute(
            "The coordinator is not known to the cluster: SELECT citus_set_coordinator_host('…')."
        )
    if not workers:
        raise CannotDistribute(
            "No node may have shards: SELECT citus_add_node('…', 5432) for each worker."
        )
    if keys := connection.scalars(UNKNOWN_KEYS).all():
        raise CannotDistribute(
            "Citus has no ON DELETE SET NULL within a tenant. Give these keys another rule first,"
            f" such as `on delete restrict` in the module's description: {', '.join(keys)}."
        )
