"""The outbox of events, the progress of jobs, and the audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.database.rls import grant_global, protect


def upgrade() -> None:
    _create_outbox()
    _create_job_progress()
    _create_audit()


def downgrade() -> None:
    for table in ("audit_entries", "job_progress", "event_deliveries", "event_outbox"):
        op.drop_table(table)


def _create_outbox() -> None:
    op.create_table(
        "event_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("ordering_key", sa.String(), nullable=True),
        sa.Column("actor", JSONB(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_event_outbox_name", "event_outbox", ["name"])
    op.create_index("ix_event_outbox_tenant_id", "event_outbox", ["tenant_id"])
    grant_global("event_outbox")
    op.create_table(
        "event_deliveries",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "handler"),
        sa.CheckConstraint(
            "status IN ('waiting', 'handled', 'failed', 'skipped')", name="known_status"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event_outbox.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "ix_event_deliveries_unfinished",
        "event_deliveries",
        ["status"],
        postgresql_where="status <> 'handled'",
    )
    grant_global("event_deliveries")


def _create_job_progress() -> None:
    op.create_table(
        "job_progress",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    protect("job_progress")


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    grant_global("audit_entries")
