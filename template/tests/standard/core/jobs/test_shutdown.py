"""A worker finishes its running jobs on SIGTERM, and leaves the rest to other workers."""

import asyncio
import signal

import pytest

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from tests.support.people import create_tenant
from tests.support.queue import counted, enqueue_add, process, statuses
from tests.support.samples import hang

pytestmark = pytest.mark.slow


async def test_lets_a_running_job_end_and_begins_no_other(queue: Runtime) -> None:
    owner, counter = await create_tenant(queue), new_id()
    async with open_unit(queue, owner.actor, owner.context) as work:
        work.enqueue(hang, counter=counter, seconds=1)

    async with process(queue.settings, "worker") as worker:
        worker.send_signal(signal.SIGTERM)
        later = await enqueue_add(queue, owner)
        code = await asyncio.wait_for(worker.wait(), 60)

    assert code == 0
    assert await counted(queue, owner, counter) == 1
    assert await counted(queue, owner, later) == 0
    assert sorted(await statuses(queue)) == ["succeeded", "todo"]
