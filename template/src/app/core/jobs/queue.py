"""Enqueue jobs inside the transaction of their cause.

Procrastinate's own SQL function runs on the business session, so the job exists if and only if its
cause was committed.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from app.core.work import Work
from app.database.compiled.statement import prepared

from .envelope import Envelope, make_envelope
from .job import EnqueuedJob, Job
from .registry import JobRegistry
from .sql import queue_sql

DEFER = prepared(
    "write_jobs",
    queue_sql("""
    SELECT procrastinate_defer_jobs_v1(array_agg(job))
    FROM jsonb_populate_recordset(
        NULL::procrastinate_job_to_defer_v1, CAST(convert_from(:jobs, 'UTF8') AS jsonb)
    ) AS job
"""),
)
TAKE_TURNS = queue_sql("""
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
    FROM unnest(CAST(:names AS text[])) AS name ORDER BY name
""")
WAITING = queue_sql("""
    SELECT queueing_lock FROM procrastinate_jobs
    WHERE status = 'todo' AND queueing_lock = ANY(CAST(:names AS text[])) FOR SHARE
""")


async def write_jobs(work: Work, registry: JobRegistry, enqueued: Sequence[EnqueuedJob]) -> None:
    """Raises UnknownJob, TenantContextRequired."""
    for each in enqueued:
        registry.check(each.job)
    await write_envelopes(work, [(each.job, make_envelope(work, each)) for each in enqueued])


async def write_envelopes(work: Work, envelopes: Sequence[tuple[Job, Envelope]]) -> None:
    """Enqueue runs whose envelopes already name their tenant and actor."""
    rows = await _without_waiting(work, [_row(job, envelope) for job, envelope in envelopes])
    if rows:
        await work.session.at_commit(DEFER, json.dumps(rows).encode())


def _row(job: Job, envelope: Envelope) -> dict[str, Any]:
    """Return a row of the type `procrastinate_job_to_defer_v1`."""
    return {
        "queue_name": job.queue,
        "task_name": job.name,
        "priority": job.priority,
        "lock": _of_tenant(envelope, job.lock),
        "queueing_lock": _of_tenant(envelope, job.queueing_lock),
        "args": envelope.model_dump(mode="json"),
        "scheduled_at": job.schedule_at.isoformat() if job.schedule_at else None,
    }


def _of_tenant(envelope: Envelope, name: str | None) -> str | None:
    """Prefix a lock with the tenant, so that no tenant waits for another's jobs."""
    return f"{envelope.tenant_id}:{name}" if name and envelope.tenant_id else name


async def _without_waiting(work: Work, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop rows whose `queueing_lock` is already waiting.

    FOR SHARE keeps the waiting run from starting before it can see this transaction's changes.
    """
    names = sorted({row["queueing_lock"] for row in rows if row["queueing_lock"]})
    if not names:
        return rows
    # Two transactions that enqueue the same name take turns, so the second sees the first's row.
    # The statement sorts the names, so that two transactions never deadlock on them.
    await work.session.execute(TAKE_TURNS, {"names": names})
    found = await work.session.scalars(WAITING, {"names": names})
    return list(_first_of_each(rows, set(found)))


def _first_of_each(rows: Iterable[dict[str, Any]], waiting: set[str]) -> Iterable[dict[str, Any]]:
    for row in rows:
        name = row["queueing_lock"]
        if name not in waiting:
            yield row
        if name:
            waiting.add(name)
