"""A worker finds each tenant's waiting jobs without reading those of the others."""

from alembic import op

INDEX = """
    CREATE INDEX procrastinate_jobs_waiting_by_tenant ON procrastinate_jobs
        (queue_name, coalesce(args ->> 'tenant_id', ''), priority DESC, id)
    WHERE status = 'todo'
"""


def upgrade() -> None:
    op.execute(INDEX)


def downgrade() -> None:
    op.execute("DROP INDEX procrastinate_jobs_waiting_by_tenant")
