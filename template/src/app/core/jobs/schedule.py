"""A job for each tenant: its schedule enqueues one run per active tenant, all at once."""

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.auth import Actor
from app.kit.ids import new_id

from .arguments import Arguments
from .envelope import Envelope
from .job import Job
from .queue import write_sealed
from .tenants import active_tenants

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork


def scheduled(job: Job) -> Job:
    """What the schedule runs: the job itself, or the one that enqueues it for each tenant."""
    if not job.each_tenant:
        return job

    async def enqueue_for_each_tenant(work: "UnitOfWork") -> None:
        sealed = [
            Envelope(
                id=new_id(),
                tenant_id=tenant_id,
                actor=Actor.system(tenant_id).to_json(),
                trace_id=work.trace_id,
            )
            for tenant_id in await active_tenants(work)
        ]
        await write_sealed(work, [(job, envelope) for envelope in sealed])

    name = f"{job.name} for each tenant"
    return replace(
        job,
        name=name,
        run=enqueue_for_each_tenant,
        shape=Arguments(name, enqueue_for_each_tenant),
        without_tenant=True,
        each_tenant=False,
        lock=None,
        queueing_lock=None,
    )
