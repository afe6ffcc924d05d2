"""Add and drop tables of owned rows, as `make module` writes into migrations.

Each call can run again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database import online
from app.database.rls import protect


def add_owned_rows(table: str, own_column: str, owner: str, *columns: sa.Column[Any]) -> None:
    """Create the table of rows that belong to rows of `owner`, with its row security."""
    if online.has_table(table):
        return
    op.create_table(
        table,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(own_column, sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", own_column],
            [f"{owner}.tenant_id", f"{owner}.id"],
            name=f"fk_{table}_owner",
            ondelete="CASCADE",
        ),
    )
    op.create_index(f"ix_{table}", table, ["tenant_id", own_column, "position"])
    protect(table)


def drop_owned_rows(table: str) -> None:
    op.drop_table(table, if_exists=True)
