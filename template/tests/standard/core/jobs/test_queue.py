import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from app.core.auth import ANONYMOUS
from app.core.jobs import UnknownJob, WrongArguments, job, write_jobs
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.tenancy import TenantContextRequired
from app.kit import clock
from app.kit.ids import new_id
from tests.support.people import create_tenant
from tests.support.queue import ends, enqueue_add, queued, statuses, until, worker
from tests.support.samples import add, add_locked, greet, rebuild


@job
async def listed_nowhere(work: UnitOfWork) -> None:
    """A job that no module lists."""


class TestEnqueue:
    async def test_leaves_with_the_commit(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        counter = await enqueue_add(queue, owner)

        [row] = await queued(queue)
        assert row["task_name"] == "samples.add"
        assert row["tenant_id"] == owner.tenant_id
        assert row["args"]["arguments"] == {"counter": str(counter)}
        assert row["args"]["actor"]["user_id"] == str(owner.user_id)
        assert row["args"]["trace_id"] == "a" * 32

    async def test_stays_with_the_rollback(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        async def fails() -> None:
            async with open_unit(queue, owner.actor, owner.context) as work:
                work.enqueue(add, counter=new_id())
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fails()

        assert await queued(queue) == []

    async def test_refuses_wrong_arguments_at_once(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        async with open_unit(queue, owner.actor, owner.context) as work:
            with pytest.raises(WrongArguments, match=r"samples\.add refuses counter"):
                work.enqueue(add, counter="seven")  # type: ignore[arg-type]  # the point

    async def test_refuses_a_job_of_no_module(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        with pytest.raises(UnknownJob, match="listed_nowhere"):
            async with open_unit(queue, owner.actor, owner.context) as work:
                work.enqueue(listed_nowhere)

    async def test_refuses_a_tenants_job_without_a_tenant(self, queue: Runtime) -> None:
        with pytest.raises(TenantContextRequired):
            async with open_unit(queue, ANONYMOUS, None) as work:
                work.enqueue(add, counter=new_id())

    async def test_takes_a_job_of_no_tenant_from_anywhere(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        async with open_unit(queue, ANONYMOUS, None) as work:
            work.enqueue(greet)
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(greet)

        assert [row["tenant_id"] for row in await queued(queue)] == [None, None]

    async def test_takes_a_delay(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(add.with_options(delay=timedelta(hours=1), priority=7), counter=new_id())

        [row] = await queued(queue)
        assert row["priority"] == 7
        assert timedelta(minutes=59) < row["scheduled_at"] - clock.now() < timedelta(minutes=61)

    async def test_keeps_the_locks_of_tenants_apart(self, queue: Runtime) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)

        for person in (owner, rival):
            async with open_unit(queue, person.actor, person.context) as work:
                work.enqueue(add_locked, counter=new_id())

        locks = [row["lock"] for row in await queued(queue)]
        assert locks == [f"{owner.tenant_id}:alone", f"{rival.tenant_id}:alone"]


class TestQueueingLock:
    async def test_lets_one_wait(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        for _ in range(2):
            async with open_unit(queue, owner.actor, owner.context) as work:
                work.enqueue(rebuild, counter=new_id())
                work.enqueue(rebuild, counter=new_id())

        assert len(await queued(queue)) == 1

    async def test_lets_one_wait_for_each_tenant(self, queue: Runtime) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)

        for person in (owner, rival):
            async with open_unit(queue, person.actor, person.context) as work:
                work.enqueue(rebuild, counter=new_id())

        assert len(await queued(queue)) == 2

    async def test_fails_nobody_who_comes_at_the_same_time(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)

        async def enqueue() -> None:
            async with open_unit(queue, owner.actor, owner.context) as work:
                await write_jobs(work, work.runtime.jobs, [rebuild.enqueued(counter=new_id())])
                await asyncio.sleep(0.02)  # they may also follow each other

        await asyncio.gather(*(enqueue() for _ in range(8)))

        assert len(await queued(queue)) == 1

    async def test_starts_the_waiting_run_after_those_who_rely_on_it(self, queue: Runtime) -> None:
        """Started earlier, it would miss what they are about to commit."""
        owner = await create_tenant(queue)
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(rebuild, counter=new_id())

        async with AsyncExitStack() as working:
            async with open_unit(queue, owner.actor, owner.context) as work:
                await write_jobs(work, work.runtime.jobs, [rebuild.enqueued(counter=new_id())])
                await working.enter_async_context(worker(queue))
                await asyncio.sleep(0.3)  # time to make the mistake
                assert await statuses(queue) == ["todo"]
            await until(lambda: ends(queue, "doing"))
