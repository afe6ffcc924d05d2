"""Add and drop join tables, as `make module` writes into migrations. Each call can run again."""

import sqlalchemy as sa
from alembic import op

from app.database import online
from app.database.rls import protect


def add_links(
    table: str, own_column: str, owner: str, column: str, target: str, ondelete: str
) -> None:
    """Create the join table of rows of `owner` and `target`, with its row security."""
    if online.has_table(table):
        return
    op.create_table(
        table,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(own_column, sa.Uuid(), nullable=False),
        sa.Column(column, sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", own_column, column, name=f"uq_{table}"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id", own_column],
            [f"{owner}.tenant_id", f"{owner}.id"],
            name=f"fk_{table}_from",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", column],
            [f"{target}.tenant_id", f"{target}.id"],
            name=f"fk_{table}_to",
            ondelete=ondelete,
        ),
    )
    op.create_index(f"ix_{table}", table, ["tenant_id", column, own_column])
    protect(table)


def drop_links(table: str) -> None:
    op.drop_table(table, if_exists=True)


def set_links_rule(table: str, column: str, target: str, ondelete: str) -> None:
    """Change what a link does when the other row is deleted."""
    online.create_foreign_key(
        f"fk_{table}_to",
        table,
        target,
        ["tenant_id", column],
        ["tenant_id", "id"],
        ondelete=ondelete,
    )
