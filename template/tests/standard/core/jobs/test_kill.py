"""Workers that are killed with kill -9."""

import pytest

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from tests.support.people import create_tenant
from tests.support.queue import (
    AFTER_A_KILL,
    change,
    counted,
    ends,
    enqueue_add,
    process,
    queued,
    saw,
    statuses,
    until,
    worker,
)
from tests.support.samples import add_slowly, hang, seen

pytestmark = pytest.mark.slow

OURS = " WHERE task_name LIKE 'samples.%'"


class TestKilledWorker:
    async def test_leaves_its_job_to_another(self, queue: Runtime) -> None:
        owner, counter = await create_tenant(queue), new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(hang, counter=counter)

        async with process(queue.settings, "worker"):
            assert await statuses(queue) == ["doing"]
        assert await counted(queue, owner, counter) == 0
        async with worker(queue, AFTER_A_KILL):
            await until(lambda: ends(queue, "succeeded"))

        assert await counted(queue, owner, counter) == 1
        [job] = await queued(queue)
        assert job["attempts"] == 2

    async def test_does_nothing_twice_if_it_died_after_its_commit(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = await enqueue_add(queue, owner)
        async with worker(queue):
            await until(lambda: ends(queue, "succeeded"))

        await change(
            queue, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL" + OURS
        )
        async with worker(queue):
            await until(lambda: ends(queue, "succeeded"))

        assert await counted(queue, owner, counter) == 1

    async def test_does_nothing_twice_if_it_was_only_thought_dead(self, queue: Runtime) -> None:
        """Two workers run the same job at the same time; the slower one is rolled back."""
        owner, counter = await create_tenant(queue), new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(add_slowly, counter=counter, seconds=1.0)

        async with worker(queue), worker(queue):
            await until(lambda: saw(counter))
            await change(queue, "UPDATE procrastinate_jobs SET status = 'todo'" + OURS)
            await until(lambda: saw(counter, times=2))
            await until(lambda: ends(queue, "succeeded"))

        assert await counted(queue, owner, counter) == 1

    async def test_is_not_followed_for_ever(self, queue: Runtime) -> None:
        """A job that kills every worker finally fails."""
        await enqueue_add(queue, await create_tenant(queue))
        await change(queue, "UPDATE procrastinate_jobs SET attempts = 10")

        async with worker(queue):
            await until(lambda: ends(queue, "failed"))

        assert seen == []
