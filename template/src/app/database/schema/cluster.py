"""Which tables are on which nodes of a Citus cluster, and how they get there."""

from sqlalchemy import Connection, text

from app.database.schema.guarantees import REFERENCE_TABLES, personal_columns, shared_tables

SEQUENTIAL = text("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
"""Foreign keys to reference tables are changed over one connection for each node."""

FIRST = text("SELECT min(logicalrelid::text) FROM pg_dist_partition WHERE partmethod = 'h'")
PLACED = text("""
    SELECT logicalrelid::text FROM pg_dist_partition WHERE partmethod = 'h' OR repmodel = 't'
""")
REFERENCE = text("SELECT create_reference_table(CAST(:table AS text)::regclass)")
BY_TENANT = text("""
    SELECT create_distributed_table(
        CAST(:table AS text)::regclass, 'tenant_id', colocate_with => CAST(:first AS text))
""")
KEYS = text("""
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0
      AND (conrelid::regclass::text = ANY (:tables) OR confrelid::regclass::text = ANY (:tables))
    ORDER BY 1, 2
""")


def is_reference(table: str) -> bool:
    """True for a table that every node has whole: users or all tenants read it."""
    return table in {*REFERENCE_TABLES, *personal_columns(), *shared_tables()}


def place(connection: Connection, table: str) -> str:
    """Move a table without foreign keys to where it belongs; return where that is.

    All tables that are distributed by tenant are in one colocation group: a tenant is on one node.
    """
    if is_reference(table):
        connection.execute(REFERENCE, {"table": table})
        return "on every node, whole"
    first = connection.scalar(FIRST) or "none"
    connection.execute(BY_TENANT, {"table": table, "first": first})
    return "by tenant"


def keys_of(connection: Connection, tables: list[str]) -> list[tuple[str, str, str]]:
    """Return table, name and definition of each foreign key from or to one of the tables."""
    rows = connection.execute(KEYS, {"tables": tables})
    return [(table, name, definition) for table, name, definition in rows]
