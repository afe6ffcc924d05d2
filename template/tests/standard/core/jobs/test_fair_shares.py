"""Jobs of one tenant, one host or one queue leave slots for others."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from app.core.jobs import Job
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.people import Person, create_tenant
from tests.support.queue import FAST, queued, saw, until, worker
from tests.support.samples import released, seen, wait, wait_apart

THREE = replace(FAST, concurrency=3, queues=("default", "apart"), poll_seconds=600)
"""A worker that reacts to notifications, and practically never polls."""


@pytest_asyncio.fixture
async def rival(queue: Runtime) -> Person:
    return await create_tenant(queue, "Globex")


@pytest_asyncio.fixture
async def owner(queue: Runtime) -> AsyncIterator[Person]:
    yield await create_tenant(queue, "Acme")
    released.add("all")


async def enqueue(queue: Runtime, person: Person, job: Job, *names: str) -> None:
    async with open_unit(queue, person.actor, person.context) as work:
        for name in names:
            work.enqueue(job, name=name)


async def is_over(queue: Runtime, count: int) -> bool:
    return [job["status"] for job in await queued(queue)] == ["succeeded"] * count


async def test_a_tenant_never_has_all_slots(queue: Runtime, owner: Person, rival: Person) -> None:
    await enqueue(queue, owner, wait, *"abcdef")

    async with worker(queue, THREE):
        await until(lambda: saw("b"))
        await enqueue(queue, rival, wait, "mine")
        await until(lambda: saw("mine"))

        assert seen == ["a", "b", "mine"]
        released.add("all")
        await until(lambda: is_over(queue, 7))


async def test_a_free_slot_goes_to_who_has_the_fewest(
    queue: Runtime, owner: Person, rival: Person
) -> None:
    await enqueue(queue, owner, wait, "a", "b")
    await enqueue(queue, rival, wait, "x")

    async with worker(queue, THREE):
        await until(lambda: saw("b"))
        await enqueue(queue, owner, wait, "c")
        await enqueue(queue, rival, wait, "y")
        third = await create_tenant(queue, "Initech")
        await enqueue(queue, third, wait, "1")
        released.add("a")
        await until(lambda: saw("1"))

        assert seen == ["a", "x", "b", "1"]
        released.add("all")  # or the worker waits for them when it stops


async def test_the_runs_of_one_host_never_have_all_slots(
    queue: Runtime, owner: Person, rival: Person
) -> None:
    slow = wait.with_options(resource="slow.example.com")
    for person in (owner, rival):
        await enqueue(queue, person, slow, "slow")

    async with worker(queue, THREE):
        await until(lambda: saw("slow", times=2))
        await enqueue(queue, await create_tenant(queue), slow, "slow")
        await enqueue(queue, await create_tenant(queue), wait, "other")
        await until(lambda: saw("other"))

        assert seen == ["slow", "slow", "other"]
        released.add("all")
        await until(lambda: saw("slow", times=3))


async def test_a_queue_with_slots_of_its_own_waits_for_no_other(
    queue: Runtime, owner: Person, rival: Person
) -> None:
    for person in (owner, rival):
        await enqueue(queue, person, wait, "a", "b")

    async with worker(queue, THREE):
        await until(lambda: saw("b"))
        await enqueue(queue, owner, wait_apart, "apart")
        await until(lambda: saw("apart"))

        assert len(seen) == 4
        released.add("all")


async def test_nor_does_any_other_wait_for_it(queue: Runtime, owner: Person) -> None:
    await enqueue(queue, owner, wait_apart, *"abcdef")

    async with worker(queue, THREE):
        await until(lambda: saw("a"))
        await enqueue(queue, owner, wait, "common")
        await until(lambda: saw("common"))

        assert seen == ["a", "common"]
        released.add("all")


async def test_only_the_queues_that_are_asked_for_are_served(queue: Runtime, owner: Person) -> None:
    await enqueue(queue, owner, wait, "common")
    await enqueue(queue, owner, wait_apart, "apart")
    released.add("all")

    async with worker(queue, replace(THREE, queues=("apart",))):
        await until(lambda: saw("apart"))

    assert seen == ["apart"]


async def test_the_most_urgent_come_first(queue: Runtime, owner: Person) -> None:
    released.add("all")
    await enqueue(queue, owner, wait, "usual")
    await enqueue(queue, owner, wait.with_options(priority=1), "urgent")

    async with worker(queue, replace(THREE, concurrency=1)):
        await until(lambda: is_over(queue, 2))

    assert seen == ["urgent", "usual"]


async def test_each_is_run_once_by_many_workers(queue: Runtime, owner: Person) -> None:
    released.add("all")
    names = [str(n) for n in range(60)]
    await enqueue(queue, owner, wait, *names)

    async with worker(queue, THREE), worker(queue, THREE), worker(queue, THREE):
        await until(lambda: is_over(queue, 60))

    assert sorted(seen) == sorted(names)
