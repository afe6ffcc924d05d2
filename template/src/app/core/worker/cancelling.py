"""Cancel a job: a waiting one never starts, a running one stops at its next await."""

from app.core.jobs.envelope import read_envelope
from app.core.jobs.errors import JobCancelled, JobRefused
from app.core.jobs.operations import cancel_job
from app.core.jobs.sql import queue_sql
from app.core.unit_of_work import UnitOfWork, open_unit

WAITING = queue_sql("""
    SELECT task_name, args FROM procrastinate_jobs WHERE id = :id AND status = 'todo' FOR UPDATE
""")


async def cancel(work: UnitOfWork, job_id: int) -> bool:
    """Cancel a job. Returns False if it has already ended.

    A job that waits for its first or next attempt never runs again, so no worker calls its
    `after_failure`: this does, once the cancellation is committed.
    """
    waiting = (await work.session.execute(WAITING, {"id": job_id})).one_or_none()
    if not await cancel_job(work, job_id):
        return False
    if waiting is not None:

        async def note() -> None:
            await _after_failure(work, *waiting)

        work.after_commit(note)
    return True


async def _after_failure(work: UnitOfWork, name: str, packed: object) -> None:
    job = work.runtime.jobs.find(name)
    if job is None or job.after_failure is None or not isinstance(packed, dict):
        return
    try:
        envelope = read_envelope(job, packed)
    except JobRefused:  # as the worker does
        return
    actor = envelope.actor_for(work.runtime.permissions)
    async with open_unit(work.runtime, actor, envelope.context, trace_id=envelope.trace_id) as own:
        cancelled = JobCancelled("somebody cancelled it")
        await job.after_failure(own, cancelled, True, envelope.arguments)
