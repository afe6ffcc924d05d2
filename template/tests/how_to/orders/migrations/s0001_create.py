"""Create the table of orders and its row security."""

import sqlalchemy as sa
from alembic import op

from app.database.rls import protect


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("total", sa.Numeric(12, 2), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.CheckConstraint(
            "status IN ('open', 'paid', 'cancelled')",
            name="status_is_known",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "ix_orders_tenant_id_status_id",
        "orders",
        ["tenant_id", "status", "id"],
    )
    protect("orders")


def downgrade() -> None:
    op.drop_table("orders")
