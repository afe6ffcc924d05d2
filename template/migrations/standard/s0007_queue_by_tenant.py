"""A worker finds each tenant's waiting jobs without reading those of the others."""

import sqlalchemy as sa

from app.database.online import create_index, drop_index

INDEX, JOBS = "procrastinate_jobs_waiting_by_tenant", "procrastinate_jobs"
COLUMNS = ("queue_name", "coalesce(args ->> 'tenant_id', '')", "priority DESC", "id")


def upgrade() -> None:
    columns = [sa.text(column) for column in COLUMNS]
    create_index(INDEX, JOBS, columns, postgresql_where=sa.text("status = 'todo'"))


def downgrade() -> None:
    drop_index(INDEX, JOBS)
