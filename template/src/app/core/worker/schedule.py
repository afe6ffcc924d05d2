"""Schedules with `each_tenant` enqueue one run per active tenant, all at once."""

from dataclasses import replace

from app.core.auth import Actor
from app.core.jobs.arguments import Arguments
from app.core.jobs.envelope import Envelope
from app.core.jobs.job import Job
from app.core.jobs.queue import write_envelopes
from app.core.work import Work
from app.kit.ids import new_id

from .tenants import active_tenants


def scheduled(job: Job) -> Job:
    """Return the job that the schedule runs: the job itself, or one that enqueues it per tenant."""
    if not job.each_tenant:
        return job

    async def enqueue_for_each_tenant(work: Work) -> None:
        envelopes = [
            Envelope(
                id=new_id(),
                tenant_id=tenant_id,
                actor=Actor.system(tenant_id).to_json(),
                trace_id=work.trace_id,
            )
            for tenant_id in await active_tenants(work)
        ]
        await write_envelopes(work, [(job, envelope) for envelope in envelopes])

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
