"""What is kept of requests: each tenant's audit log, and answers that may be asked for again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.database.rls import protect


def upgrade() -> None:
    _create_audit_log()
    _create_given_answers()


def downgrade() -> None:
    for table in ("given_answers", "audit_log"):
        op.drop_table(table)


def _create_audit_log() -> None:
    """Nobody who serves can change what is written there."""
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(10), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_audit_log_tenant_id_subject_id", "audit_log", ["tenant_id", "subject_id"])
    protect("audit_log")
    op.execute("REVOKE UPDATE, DELETE ON audit_log FROM app_rw")


def _create_given_answers() -> None:
    op.create_table(
        "given_answers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "actor_id", "key_hash"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "ix_given_answers_tenant_id_given_at", "given_answers", ["tenant_id", "given_at"]
    )
    protect("given_answers")
