"""Create the table of widgets and its row security."""

import sqlalchemy as sa
from alembic import op

from app.database.rls import protect


def upgrade() -> None:
    op.create_table(
        "widgets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    protect("widgets")


def downgrade() -> None:
    op.drop_table("widgets")
