from dataclasses import replace
from typing import Any

import pytest

from app.core.auth import Actor
from app.core.jobs.models import JobProgress
from app.core.jobs.operations import cancel_job, list_jobs, retry_jobs
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit import clock
from app.kit.ids import new_id
from tests.support.people import Person, create_tenant
from tests.support.queue import (
    FAST,
    change,
    counted,
    ends,
    enqueue_add,
    queued,
    saw,
    statuses,
    until,
    worker,
)
from tests.support.samples import (
    add_locked,
    add_slowly,
    count_with_progress,
    fail,
    greet,
    rebuild,
    seen,
)


class TestRun:
    async def test_works_for_the_tenant_and_the_actor_who_enqueued(self, queue: Runtime) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)
        counters = [await enqueue_add(queue, person) for person in (owner, rival, owner)]

        async with worker(queue, replace(FAST, concurrency=1)):
            await until(lambda: ends(queue, *["succeeded"] * 3))

        assert seen == [
            (person.user_id, person.tenant_id, counter)
            for person, counter in zip((owner, rival, owner), counters, strict=True)
        ]
        assert await counted(queue, rival, counters[1]) == 1
        assert await counted(queue, owner, counters[1]) == 0

    async def test_works_for_no_tenant_if_the_job_says_so(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(greet)

        async with worker(queue):
            await until(lambda: ends(queue, "succeeded"))

        assert seen == [None]

    async def test_lets_one_run_at_a_time_under_a_lock(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        async with open_unit(queue, owner.actor, owner.context) as work:
            for _ in range(3):
                work.enqueue(add_locked, counter=new_id())

        async with worker(queue):
            await until(lambda: ends(queue, *["succeeded"] * 3))

        assert seen == ["enter", "leave"] * 3

    async def test_lets_another_wait_while_one_runs_and_fails(self, queue: Runtime) -> None:
        """The first job's retry does not collide with the second job, despite the queueing lock."""
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(rebuild, counter=counter)

        async with worker(queue, replace(FAST, concurrency=1)):
            await until(lambda: saw(counter))
            async with open_unit(queue, owner.actor, owner.context) as work:
                work.enqueue(rebuild, counter=counter)
            await until(lambda: ends(queue, "succeeded", "succeeded"))

        assert await counted(queue, owner, counter) == 2

    async def test_tells_how_far_it_has_come(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        async with open_unit(queue, owner.actor, owner.context) as work:
            run_id = work.enqueue(count_with_progress)

        async with worker(queue):
            await until(lambda: told(queue, owner, run_id, done=1))
            await until(lambda: told(queue, owner, run_id, done=2))


class TestRetry:
    async def test_waits_and_tries_again(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(fail, counter=counter, times=2)

        async with worker(queue):
            await until(lambda: ends(queue, "succeeded"))

        assert seen == [counter] * 3
        assert await counted(queue, owner, counter) == 1

    async def test_ends_after_the_last_attempt(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(fail, counter=counter, times=3)

        async with worker(queue):
            await until(lambda: ends(queue, "failed"))

        assert seen == [counter] * 3
        assert await counted(queue, owner, counter) == 0

    async def test_begins_anew_when_an_operator_says_so(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(fail, counter=counter, times=5)

        async with worker(queue):
            await until(lambda: ends(queue, "failed"))
            async with open_unit(queue, Actor.operator(), None) as work:
                [failed] = await list_jobs(work)
                assert failed.name == "samples.fail"
                assert await retry_jobs(work, [failed.id]) == [failed.id]
            await until(lambda: ends(queue, "succeeded"))

        assert await counted(queue, owner, counter) == 1


class TestRefuse:
    """Refused jobs fail without being run or retried."""

    @pytest.mark.parametrize(
        "forgery",
        [
            "args - 'tenant_id'",
            "args - 'actor'",
            "jsonb_set(args, '{tenant_id}', to_jsonb(:rival))",
            "jsonb_set(args, '{actor,tenant_id}', to_jsonb(:rival))",
            "jsonb_set(args, '{arguments}', '{\"counter\": \"seven\"}')",
        ],
    )
    async def test_what_was_tampered_with(self, queue: Runtime, forgery: str) -> None:
        owner, rival = await create_tenant(queue), await create_tenant(queue)
        await enqueue_add(queue, owner)
        values = {"rival": str(rival.tenant_id)} if ":rival" in forgery else {}
        forgery = forgery.replace(":rival", "CAST(:rival AS text)")
        await change(queue, f"UPDATE procrastinate_jobs SET args = {forgery}", **values)

        async with worker(queue):
            await until(lambda: ends(queue, "failed"))

        assert seen == []


class TestSkip:
    async def test_leaves_suspended_tenants_until_they_are_back(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = await enqueue_add(queue, owner)
        suspend = "UPDATE tenants SET suspended_at = :at"
        await change(queue, suspend, at=clock.now())

        async with worker(queue):
            await until(lambda: ends(queue, "aborted"))
            assert seen == []
            await change(queue, suspend, at=None)
            async with open_unit(queue, Actor.operator(), None) as work:
                await retry_jobs(work, [job.id for job in await list_jobs(work)])
            await until(lambda: ends(queue, "succeeded"))

        assert await counted(queue, owner, counter) == 1

    async def test_deletes_the_jobs_of_deleted_tenants(self, queue: Runtime) -> None:
        await enqueue_add(queue, await create_tenant(queue))

        await change(queue, "DELETE FROM tenants")

        assert await queued(queue) == []


class TestCancel:
    async def test_keeps_a_waiting_job_from_starting(self, queue: Runtime) -> None:
        await enqueue_add(queue, await create_tenant(queue))

        async with open_unit(queue, Actor.operator(), None) as work:
            [job] = await list_jobs(work, statuses=["todo"])
            assert await cancel_job(work, job.id)
            assert not await cancel_job(work, job.id)

        assert await statuses(queue) == ["cancelled"]

    async def test_stops_a_running_job_and_its_transaction(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(add_slowly, counter=counter, seconds=30)

        async with worker(queue):
            await until(lambda: saw(counter))
            [job] = await queued(queue)
            async with open_unit(queue, Actor.operator(), None) as work:
                assert await cancel_job(work, job["id"])
            await until(lambda: ends(queue, "aborted"))

        assert await counted(queue, owner, counter) == 0


class TestStop:
    async def test_lets_running_jobs_finish(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(add_slowly, counter=counter, seconds=0.5)

        async with worker(queue):
            await until(lambda: saw(counter))

        assert await statuses(queue) == ["succeeded"]
        assert await counted(queue, owner, counter) == 1

    async def test_puts_back_what_does_not_finish_in_time(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        counter = new_id()
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(add_slowly, counter=counter, seconds=30)

        async with worker(queue, replace(FAST, shutdown_seconds=0.2)):
            await until(lambda: saw(counter))

        assert await statuses(queue) == ["todo"]
        assert await counted(queue, owner, counter) == 0


class TestSchedule:
    async def test_runs_once_for_many_workers(self, queue: Runtime) -> None:
        options = replace(FAST, queues=("cron",))
        async with worker(queue, options), worker(queue, options):
            await until(ticked_twice)

        times = [row["args"]["timestamp"] for row in await queued(queue, "cron")]
        assert seen.count("tick") <= len(times)
        assert len(times) == len(set(times)) >= 2

    async def test_runs_for_each_active_tenant_as_the_system(self, queue: Runtime) -> None:
        people = [await create_tenant(queue) for _ in range(3)]
        await change(
            queue,
            "UPDATE tenants SET suspended_at = now() WHERE id = :id",
            id=people[2].tenant_id,
        )

        async with worker(queue, replace(FAST, queues=("each",))):
            await until(lambda: seen_twice(people[0]))

        assert set(seen) == {(True, person.tenant_id) for person in people[:2]}


async def told(queue: Runtime, person: Person, run_id: Any, *, done: int) -> bool:
    async with open_unit(queue, person.actor, person.context) as work:
        row = await work.session.get(JobProgress, (person.tenant_id, run_id))
        return row is not None and (row.done, row.total) == (done, 2)


async def ticked_twice() -> bool:
    return seen.count("tick") >= 2


async def seen_twice(person: Person) -> bool:
    return seen.count((True, person.tenant_id)) >= 2
