from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from croniter import croniter

from app.core.jobs import Job
from app.core.jobs.operations import LIVE, QueuedJob, list_jobs, retry_jobs
from app.core.jobs.sql import queue_sql
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.core.worker.cancelling import cancel
from app.core.worker.schedule import scheduled
from app.kit import clock

from ._hiding import shown

FIND = queue_sql("""
    SELECT job.id, task_name AS name, status::text, attempts, queue_name AS queue,
           scheduled_at, args
    FROM procrastinate_jobs job WHERE id = :id
""")
HISTORY = queue_sql("""
    SELECT type::text, at FROM procrastinate_events WHERE job_id = :id ORDER BY at, id
""")
RUNS = queue_sql("""
    SELECT DISTINCT ON (due.task_name) due.task_name, due.defer_timestamp, job.status::text
    FROM procrastinate_periodic_defers due LEFT JOIN procrastinate_jobs job ON job.id = due.job_id
    ORDER BY due.task_name, due.defer_timestamp DESC
""")


@dataclass(frozen=True)
class StoredJob:
    """A job with its arguments, private ones hidden, and what became of it so far."""

    id: int
    name: str
    status: str
    attempts: int
    queue: str
    scheduled_at: datetime | None
    tenant_id: UUID | None
    user_id: UUID | None
    trace_id: str | None
    arguments: Any
    history: Sequence[tuple[str, datetime]]

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


@dataclass(frozen=True)
class Periodic:
    """A job with a schedule; `last_at` is when it was last due, `status` that of this run."""

    name: str
    cron: str
    each_tenant: bool
    last_at: datetime | None
    status: str | None
    next_at: datetime


class JobOperations:
    """Lists, retries and cancels jobs of all tenants. For superusers."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work

    async def list(
        self,
        *,
        statuses: Sequence[str],
        limit: int,
        name: str | None = None,
        before: int | None = None,
    ) -> Sequence[QueuedJob]:
        async with self._across_tenants(f"list the jobs: {', '.join(statuses)}") as work:
            return await list_jobs(work, statuses=statuses, limit=limit, name=name, before=before)

    async def find(self, job_id: int) -> StoredJob | None:
        async with self._across_tenants(f"read job {job_id}") as work:
            found = (await work.session.execute(FIND, {"id": job_id})).mappings().one_or_none()
            if found is None:
                return None
            history = (await work.session.execute(HISTORY, {"id": job_id})).all()
        values = dict(found)
        job = self.work.runtime.jobs.find(values["name"])
        return _stored(values, values.pop("args"), [(kind, at) for kind, at in history], job)

    async def retry(self, job_id: int) -> bool:
        """Run an ended job again, with all its attempts. Return False if it has not failed."""
        async with self._across_tenants(f"retry job {job_id}") as work:
            return bool(await retry_jobs(work, [job_id]))

    async def cancel(self, job_id: int) -> bool:
        """Keep a waiting job from starting, or stop a running one. Return False if it has ended."""
        async with self._across_tenants(f"cancel job {job_id}") as work:
            return await cancel(work, job_id)

    async def periodic(self, more: Iterable[Job] = ()) -> Sequence[Periodic]:
        """Return all jobs with a schedule, also the `more` that no module lists."""
        jobs = [*self.work.runtime.jobs, *more]
        async with self._across_tenants("list the periodic jobs") as work:
            rows = (await work.session.execute(RUNS)).all()
        runs = {name: (due, status) for name, due, status in rows}
        found = [_periodic(job, job.cron, runs) for job in jobs if job.cron is not None]
        return sorted(found, key=lambda each: each.name)

    def _across_tenants(self, reason: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.work.across_tenants(bypass_tenant=True, reason=reason)


def _periodic(job: Job, cron: str, runs: dict[str, tuple[int, str | None]]) -> Periodic:
    due, status = runs.get(scheduled(job).name, (None, None))
    return Periodic(
        name=job.name,
        cron=cron,
        each_tenant=job.each_tenant,
        last_at=datetime.fromtimestamp(due, UTC) if due is not None else None,
        status=status,
        next_at=croniter(cron, clock.now()).get_next(datetime),
    )


def _stored(
    values: dict[str, Any], packed: Any, history: list[tuple[str, datetime]], job: Job | None
) -> StoredJob:
    envelope = packed if isinstance(packed, dict) else {}
    actor = envelope.get("actor") or {}
    return StoredJob(
        **values,
        tenant_id=envelope.get("tenant_id"),
        user_id=actor.get("user_id"),
        trace_id=envelope.get("trace_id"),
        arguments=shown(envelope.get("arguments", {}), job),
        history=history,
    )
