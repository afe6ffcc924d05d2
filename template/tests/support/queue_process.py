"""A process to be killed: `python -m tests.support.queue_process worker|publish`.

It prints "in the middle" when a sample job or subscriber runs, or "committed", and then hangs.
"""

import asyncio
import signal
import sys
from dataclasses import replace
from uuid import UUID

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.auth import Actor
from app.core.runtime import Runtime
from app.core.tenancy import TenantContext
from app.core.unit_of_work import open_unit
from app.worker import work as run_worker

from . import queue, samples


async def main(role: str, *ids: str) -> None:
    runtime = open_runtime(Settings(_env_file=None), samples.modules_and_samples())
    if role == "publish":
        await _publish(runtime, *(UUID(each) for each in ids))
    samples.hanging = True
    await run_worker(runtime, replace(queue.FAST, handle_signals=True))


async def _publish(runtime: Runtime, tenant_id: UUID, counter: UUID) -> None:
    actor, context = Actor.system(tenant_id), TenantContext(tenant_id)
    async with open_unit(runtime, actor, context) as work:
        work.publish(samples.CounterMoved(counter))
    print("committed", flush=True)
    signal.pause()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
