"""Run one job: as its tenant and actor, in one transaction, with effect exactly once."""

import asyncio
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from time import perf_counter
from typing import Any

import structlog
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from app.core.auth import Actor
from app.core.jobs.envelope import Envelope, read_envelope
from app.core.jobs.errors import JobCancelled, JobRefused, JobSkipped
from app.core.jobs.job import Job
from app.core.jobs.progress import running
from app.core.jobs.retry import LOST_ATTEMPTS, wait_after
from app.core.jobs.sql import queue_sql
from app.core.observability import job_span
from app.core.observability.log_context import log_context
from app.core.runtime import Runtime
from app.core.suspension import is_active
from app.core.unit_of_work import UnitOfWork, open_unit

from .done import AlreadyDone, mark_done

log = structlog.get_logger(__name__)

CLEAR_QUEUEING_LOCK = queue_sql("UPDATE procrastinate_jobs SET queueing_lock = NULL WHERE id = :id")


class Runner:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def run(self, job: Job, context: JobContext) -> None:
        """Run the job. Raises what it raised, or JobAborted when it was skipped or cancelled."""
        envelope = read_envelope(job, context.job.task_kwargs)
        fields = _log_fields(job, context, envelope)
        started, outcome = perf_counter(), "interrupted"
        with log_context(**fields), _span(job, context, envelope):
            try:
                await self._run(job, context, envelope)
                outcome = "succeeded"
            except Exception as error:
                outcome = _outcome(job, error, context.job.attempts + 1)
                await self._after_failure(job, context, envelope, error)
                if isinstance(error, (JobSkipped, JobCancelled)):
                    raise JobAborted from error
                raise
            finally:
                seconds = perf_counter() - started
                self.runtime.observation.note_job(name=job.name, outcome=outcome, seconds=seconds)

    async def _run(self, job: Job, context: JobContext, envelope: Envelope) -> None:
        started = perf_counter()
        if envelope.done:
            log.info("job.already_done")
            return
        if context.job.attempts >= job.retry.attempts + LOST_ATTEMPTS:
            raise JobRefused(f"{job.name}: its worker died too often")
        try:
            async with asyncio.timeout(job.timeout.total_seconds() if job.timeout else None):
                await self._work(job, context, envelope)
        except AlreadyDone:
            log.warning("job.done_by_another_worker")
            return
        except asyncio.CancelledError:
            # Otherwise the worker is shutting down, and Backoff runs the job again.
            if context.abort_reason() is AbortReason.USER_REQUEST:
                raise JobCancelled("somebody cancelled it") from None
            raise
        quiet = job.cron is not None and not self.runtime.settings.in_production
        write = log.debug if quiet else log.info  # too frequent to be shown in development
        write("job.succeeded", duration_ms=round((perf_counter() - started) * 1000, 1))

    async def _work(self, job: Job, context: JobContext, envelope: Envelope) -> None:
        run_id = context.job.id or 0
        arguments = job.shape.unpack(envelope.arguments)
        if context.job.queueing_lock:
            await self._clear_queueing_lock(run_id)
        async with self._unit(envelope) as work:
            if envelope.tenant_id and not await is_active(work, envelope.tenant_id):
                raise JobSkipped("the tenant is suspended or gone")
            with running(envelope.id):
                await job.run(work, **arguments)
            await mark_done(work, run_id)

    async def _clear_queueing_lock(self, run_id: int) -> None:
        """Clear the queueing lock: it is unique, and a retry of this run would violate it."""
        async with open_unit(self.runtime, Actor.system(), None) as work:
            await work.session.execute(CLEAR_QUEUEING_LOCK, {"id": run_id})

    def _unit(self, envelope: Envelope) -> AbstractAsyncContextManager[UnitOfWork]:
        actor = envelope.actor_for(self.runtime.permissions)
        return open_unit(self.runtime, actor, envelope.context, trace_id=envelope.trace_id)

    async def _after_failure(
        self, job: Job, context: JobContext, envelope: Envelope, error: Exception
    ) -> None:
        attempt = context.job.attempts + 1
        wait = wait_after(job.retry, error, attempt)
        if isinstance(error, (JobSkipped, JobCancelled)):
            log.info("job.aborted", reason=str(error))
        elif wait is None:
            log.error("job.failed", attempt=attempt, exc_info=error)
        else:
            seconds = wait.total_seconds()
            log.warning("job.retried", attempt=attempt, after_seconds=seconds, exc_info=error)
        if job.after_failure is not None:
            async with self._unit(envelope) as work:
                await job.after_failure(work, error, wait is None, envelope.arguments)


def _outcome(job: Job, error: Exception, attempt: int) -> str:
    if isinstance(error, (JobSkipped, JobCancelled)):
        return "aborted"
    return "failed" if wait_after(job.retry, error, attempt) is None else "retried"


def _span(job: Job, context: JobContext, envelope: Envelope) -> AbstractContextManager[None]:
    return job_span(
        job.name,
        trace_id=envelope.trace_id,
        span_id=envelope.span_id,
        tenant_id=envelope.tenant_id,
        attempt=context.job.attempts + 1,
    )


def _log_fields(job: Job, context: JobContext, envelope: Envelope) -> dict[str, Any]:
    return {
        "job": job.name,
        "job_id": context.job.id,
        "trace_id": envelope.trace_id,
        "tenant_id": str(envelope.tenant_id) if envelope.tenant_id else None,
        "user_id": (envelope.actor or {}).get("user_id"),
    }
