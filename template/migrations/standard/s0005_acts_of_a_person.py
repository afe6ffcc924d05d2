"""What one person or key has done is found without reading the whole audit log."""

from alembic import op

INDEX = "ix_audit_log_tenant_id_actor_id_id"


def upgrade() -> None:
    op.create_index(INDEX, "audit_log", ["tenant_id", "actor_id", "id"])


def downgrade() -> None:
    op.drop_index(INDEX, "audit_log")
