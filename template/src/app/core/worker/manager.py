"""Fair scheduling: take a job of the tenant with the fewest runs in this worker's slots."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback

from .slots import Slots

log = structlog.get_logger(__name__)

# Each pair of a queue and a tenant with waiting jobs is found by one index step (a loose index
# scan), however many jobs it has, and offers its first ones; a job of the least busy tenant is
# taken. The rest does what `procrastinate_fetch_job_v2` does, which this query replaces.
FETCH = """
WITH RECURSIVE waiting AS (
    (SELECT queue_name, coalesce(args ->> 'tenant_id', '') AS tenant
     FROM procrastinate_jobs WHERE status = 'todo' ORDER BY 1, 2 LIMIT 1)
    UNION ALL
    SELECT next.* FROM waiting CROSS JOIN LATERAL (
        SELECT queue_name, coalesce(args ->> 'tenant_id', '') AS tenant
        FROM procrastinate_jobs
        WHERE status = 'todo'
          AND (queue_name, coalesce(args ->> 'tenant_id', ''))
              > (waiting.queue_name, waiting.tenant)
        ORDER BY 1, 2 LIMIT 1
    ) AS next
), served AS (
    SELECT queue_name, tenant, pool, pool || ' ' || tenant AS share
    FROM waiting
    CROSS JOIN LATERAL (
        SELECT CASE WHEN queue_name = ANY(%(own)s::text[]) THEN queue_name ELSE '' END AS pool
    ) AS named
    WHERE %(queues)s::text[] IS NULL OR queue_name = ANY(%(queues)s::text[])
), candidates AS MATERIALIZED (
    SELECT job.id, job.priority, coalesce((%(shares)s::jsonb ->> share)::int, 0) AS running
    FROM served
    CROSS JOIN LATERAL (
        SELECT jobs.id, jobs.priority
        FROM procrastinate_jobs AS jobs
        WHERE jobs.status = 'todo'
          AND jobs.queue_name = served.queue_name
          AND coalesce(jobs.args ->> 'tenant_id', '') = served.tenant
          AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
          AND coalesce(jobs.args ->> 'resource', '') <> ALL(%(full_resources)s::text[])
          AND NOT EXISTS (
              SELECT FROM procrastinate_jobs AS other
              WHERE jobs.lock IS NOT NULL AND other.lock = jobs.lock
                AND (other.status = 'doing'
                     OR other.status = 'todo'
                        AND (other.priority > jobs.priority
                             OR other.priority = jobs.priority AND other.id < jobs.id)))
        ORDER BY jobs.priority DESC, jobs.id
        LIMIT 8
    ) AS job
    WHERE pool <> ALL(%(full_pools)s::text[]) AND share <> ALL(%(full_shares)s::text[])
), taken AS (
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = %(worker_id)s
    WHERE id = (
        SELECT jobs.id FROM procrastinate_jobs AS jobs JOIN candidates USING (id)
        WHERE jobs.status = 'todo'
        ORDER BY candidates.running, candidates.priority DESC, candidates.id
        LIMIT 1 FOR UPDATE OF jobs SKIP LOCKED)
    RETURNING id, status, task_name, priority, lock, queueing_lock, args, scheduled_at,
              queue_name, attempts, worker_id
)
SELECT taken.*, EXISTS (SELECT FROM candidates) AS found FROM (SELECT) AS one
LEFT JOIN taken ON true
"""
TRIES = 20
PAUSE = 0.02


class FairJobManager(JobManager):
    """Procrastinate's JobManager for one worker, with fair scheduling.

    `lost` is called when a run's end could not be written. Such a run keeps its worker's id, and is
    returned to the queue once that worker is unregistered.
    """

    def __init__(
        self, connector: BaseConnector, slots: Slots, *, listens: bool, lost: Callable[[], None]
    ) -> None:
        super().__init__(connector)
        self.slots = slots
        self.listens = listens
        self.worker_id: int | None = None
        self._lost = lost
        self._running: dict[int, Job] = {}
        self._news = 0
        self._notify: NotificationCallback | None = None

    async def register_worker(self) -> int:
        self.worker_id = await super().register_worker()
        return self.worker_id

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Fetch a job, again after notifications in the meantime: Procrastinate ignores those."""
        while True:
            # A notification that arrives during the fetch may be about a job that the fetch did not
            # see.
            news = self._news
            job = await self._fetch(worker_id)
            if job is not None or news == self._news:
                return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._leave(job, super().finish_job(job, status, delete_job))

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        await self._leave(job, super().retry_job(job, retry_at, priority, queue, lock))

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        self._notify = on_notification
        if self.listens:
            await super().listen_for_jobs(on_notification=self._on_notification, queues=queues)
        await asyncio.Event().wait()

    async def _fetch(self, worker_id: int) -> Job | None:
        for _ in range(TRIES):
            row = await self._take(worker_id)
            if row["id"] is not None:
                job = Job.from_row(row)
                self._running[row["id"]] = job
                return job
            if not row["found"]:
                return None
            await asyncio.sleep(PAUSE)  # other workers took the candidates, and there may be more
        return None

    async def _take(self, worker_id: int) -> dict[str, Any]:
        left = self.slots.left(self._running.values())
        try:
            return await self.connector.execute_query_one_async(
                query=FETCH, worker_id=worker_id, **left
            )
        except UniqueViolation:  # another worker took a job with the same lock
            return {"id": None, "found": True}

    async def _leave(self, job: Job, written: Awaitable[None]) -> None:
        try:
            await written
        except ConnectorException as error:
            log.warning("worker.run_not_ended", job_id=job.id, error=str(error))
            self._lost()
        self._running.pop(job.id or 0, None)
        await self._on_notification(
            channel="", notification={"type": "job_inserted", "job_id": job.id or 0}
        )

    async def _on_notification(self, *, channel: str, notification: Notification) -> None:
        self._news += 1
        if self._notify is not None:
            await self._notify(channel=channel, notification=notification)
