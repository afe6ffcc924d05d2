"""A worker finishes its running jobs on SIGTERM, and leaves the rest to other workers."""

import asyncio
import signal
from functools import partial

import pytest
from sqlalchemy import text

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from tests.support.people import create_tenant
from tests.support.queue import counted, enqueue_add, process, statuses, until
from tests.support.samples import hang

pytestmark = pytest.mark.slow

LISTENING = text("""
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user
        AND query LIKE 'LISTEN "procrastinate%'
    )
""")


async def test_lets_a_running_job_end_and_begins_no_other(queue: Runtime) -> None:
    owner, counter = await create_tenant(queue), new_id()
    async with open_unit(queue, owner.actor, owner.context) as work:
        work.enqueue(hang, counter=counter, seconds=3)

    async with process(queue.settings, "worker") as worker:
        await until(partial(listens, queue))
        worker.send_signal(signal.SIGTERM)
        await until(partial(no_longer_listens, queue))
        later = await enqueue_add(queue, owner)
        code = await asyncio.wait_for(worker.wait(), 60)

    assert code == 0
    assert await counted(queue, owner, counter) == 1
    assert await counted(queue, owner, later) == 0
    assert sorted(await statuses(queue)) == ["succeeded", "todo"]


async def listens(queue: Runtime) -> bool:
    """Whether the worker listens for new jobs; PostgreSQL shows a role its own statements."""
    async with queue.database.rw.connect() as connection:
        return bool(await connection.scalar(LISTENING))


async def no_longer_listens(queue: Runtime) -> bool:
    """A worker that stops ends its listening after its last look for a job."""
    return not await listens(queue)
