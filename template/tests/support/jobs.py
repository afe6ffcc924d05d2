"""Run one tenant's waiting jobs immediately, as a worker would."""

from operator import itemgetter

from sqlalchemy import text

from app.core.jobs import Envelope, Job
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit

from .people import Person

TAKE = text("""
    DELETE FROM procrastinate_jobs
    WHERE queue_name = :queue AND args ->> 'tenant_id' = :tenant_id
        AND (:later OR scheduled_at IS NULL)
    RETURNING id, task_name, args
""")
ID = itemgetter(0)


async def run_waiting(runtime: Runtime, person: Person, queue: str = "default") -> None:
    """Run the tenant's jobs, oldest first, and those that they enqueue, but none for later."""
    while jobs := await _take(runtime, person, queue):
        await _run(runtime, jobs)


async def run_later(runtime: Runtime, person: Person, queue: str = "default") -> None:
    """Run jobs that are scheduled for later too."""
    await _run(runtime, await _take(runtime, person, queue, later=True))


async def _take(
    runtime: Runtime, person: Person, queue: str, *, later: bool = False
) -> list[tuple[Job, Envelope]]:
    jobs = {job.name: job for job in runtime.jobs}
    values = {"queue": queue, "tenant_id": str(person.tenant_id), "later": later}
    async with runtime.database.admin.begin() as connection:
        rows = sorted((tuple(row) for row in await connection.execute(TAKE, values)), key=ID)
        return [(jobs[name], Envelope.model_validate(args)) for _, name, args in rows]


async def _run(runtime: Runtime, jobs: list[tuple[Job, Envelope]]) -> None:
    for job, envelope in jobs:
        actor = envelope.actor_for(runtime.permissions)
        async with open_unit(runtime, actor, envelope.context) as work:
            await job.run(work, **job.shape.unpack(envelope.arguments))
