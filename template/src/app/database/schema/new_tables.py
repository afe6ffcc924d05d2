"""Distribute a migration's new tables in a Citus cluster; the migration need not say so.

The table is created without its foreign keys, distributed while it is empty, and then gets them.
"""

from alembic.operations import Operations
from alembic.operations.ops import CreateTableOp
from alembic.operations.toimpl import create_table
from sqlalchemy import Table

from app.database.cluster import is_distributed
from app.database.schema import cluster

TENANT = "tenant_id"


def place_new_tables() -> None:
    """Replace how Alembic creates tables. Call it before migrations run."""
    Operations.implementation_for(CreateTableOp, replace=True)(_create_table)


def _create_table(operations: Operations, operation: CreateTableOp) -> Table:
    context = operations.migration_context
    table = operation.to_table(context)
    if context.as_sql or not _is_placed(table) or not is_distributed(operations.get_bind()):
        return create_table(operations, operation)
    connection = operations.get_bind()
    connection.execute(cluster.SEQUENTIAL)
    keys = [*table.foreign_key_constraints]
    table.constraints.difference_update(keys)
    operations.impl.create_table(table)
    cluster.place(connection, table.fullname)
    for key in keys:
        table.append_constraint(key)
        operations.impl.add_constraint(key)
    return table


def _is_placed(table: Table) -> bool:
    """True for tenants' tables, and those that every node has."""
    return [*table.primary_key.columns.keys()][:1] == [TENANT] or cluster.is_reference(table.name)
