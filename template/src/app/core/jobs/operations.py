"""Operator commands for the queue: Procrastinate's rows, across all tenants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.work import Work

from .sql import queue_sql

LIST = queue_sql("""
    SELECT job.id, task_name AS name, status::text, attempts, queue_name AS queue,
           (args ->> 'tenant_id')::uuid AS tenant_id, args ->> 'trace_id' AS trace_id, scheduled_at,
           (SELECT max(at) FROM procrastinate_events
            WHERE job_id = job.id AND at <= now()) AS changed_at
    FROM procrastinate_jobs job
    WHERE status::text = ANY(CAST(:statuses AS text[]))
      AND (CAST(:name AS text) IS NULL OR task_name = :name)
      AND (CAST(:before AS bigint) IS NULL OR job.id < :before)
    ORDER BY job.id DESC LIMIT :limit
""")
RETRY = queue_sql("""
    UPDATE procrastinate_jobs
    SET status = 'todo', attempts = 0, abort_requested = false, scheduled_at = NULL
    WHERE id = ANY(CAST(:ids AS bigint[])) AND status IN ('failed', 'aborted', 'cancelled')
    RETURNING id
""")
DELETE = queue_sql("DELETE FROM procrastinate_jobs WHERE tenant_id = :tenant_id")
CANCEL = queue_sql("SELECT procrastinate_cancel_job_v1(:id, true, false)")

LIVE = ("todo", "doing")
UNSUCCESSFUL = ("failed", "aborted", "cancelled")


@dataclass(frozen=True)
class QueuedJob:
    """`aborted` means skipped, or cancelled while running; `changed_at` is when it happened."""

    id: int
    name: str
    status: str
    attempts: int
    queue: str
    tenant_id: UUID | None
    trace_id: str | None
    scheduled_at: datetime | None
    changed_at: datetime | None


async def list_jobs(
    work: Work,
    *,
    statuses: Sequence[str] = UNSUCCESSFUL,
    limit: int = 50,
    name: str | None = None,
    before: int | None = None,
) -> list[QueuedJob]:
    """Return the newest jobs first, of this name, with ids below `before`."""
    values = {"statuses": list(statuses), "limit": limit, "name": name, "before": before}
    found = await work.session.execute(LIST, values)
    return [QueuedJob(**row) for row in found.mappings()]


async def retry_jobs(work: Work, ids: Sequence[int]) -> list[int]:
    """Retry ended jobs with all their attempts; return their ids. Other jobs are left alone."""
    return list(await work.session.scalars(RETRY, {"ids": list(ids)}))


async def delete_jobs(work: Work, tenant_id: UUID) -> None:
    """Delete all jobs of a tenant. In a Citus cluster no foreign key does it."""
    await work.session.execute(DELETE, {"tenant_id": tenant_id})


async def cancel_job(work: Work, job_id: int) -> bool:
    """Cancel a job: a waiting one never starts, a running one stops at its next await.

    Returns False if the job has already ended.
    """
    return await work.session.scalar(CANCEL, {"id": job_id}) is not None
