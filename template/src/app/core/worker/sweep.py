"""Return the runs of dead workers to the queue."""

import asyncio

import structlog

from app.core.auth import Actor
from app.core.jobs.sql import queue_sql
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit

log = structlog.get_logger(__name__)

# A single statement, so that two sweepers cannot return the same run twice: by the second time it
# could be running again. A run whose successor waits under the same queueing lock stays until that
# has started, because the lock is unique among waiting jobs.
REQUEUE = queue_sql("""
    SELECT stalled.id, procrastinate_retry_job_v2(stalled.id, now(), NULL, NULL, NULL) FROM (
        SELECT job.id FROM procrastinate_jobs job
        LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing'
          AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silence))
          AND NOT EXISTS (
              SELECT FROM procrastinate_jobs other
              WHERE other.status = 'todo' AND other.queueing_lock = job.queueing_lock)
        FOR UPDATE OF job SKIP LOCKED
    ) AS stalled
""")


async def sweep(runtime: Runtime, *, silent_seconds: float) -> list[int]:
    """Return runs to the queue whose workers have sent no heartbeat for `silent_seconds`."""
    async with open_unit(runtime, Actor.system(), None) as work:
        found = await work.session.scalars(REQUEUE, {"silence": silent_seconds})
        runs = list(found)
    if runs:
        log.warning("jobs.requeued", jobs=runs)
    return runs


async def sweep_forever(runtime: Runtime, *, silent_seconds: float) -> None:
    while True:
        try:
            await sweep(runtime, silent_seconds=silent_seconds)
        except Exception:
            log.exception("jobs.sweep_failed")
        await asyncio.sleep(silent_seconds)
