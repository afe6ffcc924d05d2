"""Run `app jobs` and `app events` as typed; each has its own event loop, and so its own thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from typer import Typer
from typer.testing import CliRunner

from app.bootstrap import open_runtime
from app.cli._events import event_commands
from app.cli._jobs import job_commands
from app.core.auth import Actor
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from tests.support.people import Person, create_tenant
from tests.support.queue import change, enqueue_add, queued, statuses, until, worker
from tests.support.samples import CounterMoved, modules_and_samples, rebuild

Type = Callable[..., Awaitable[str]]


@pytest.fixture
def typed(queue: Runtime) -> Type:
    @asynccontextmanager
    async def open_work() -> AsyncIterator[UnitOfWork]:
        runtime = open_runtime(queue.settings, modules_and_samples())
        async with open_unit(runtime, Actor.operator(), None) as work:
            yield work
        await runtime.close()

    commands = Typer()
    commands.add_typer(job_commands(open_work), name="jobs")
    commands.add_typer(event_commands(open_work), name="events")

    async def type_(*words: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, commands, words)
        return result.output

    return type_


class TestJobs:
    async def test_are_listed_cancelled_and_retried(self, queue: Runtime, typed: Type) -> None:
        owner = await create_tenant(queue)
        await enqueue_add(queue, owner)
        [job] = await queued(queue)
        number = str(job["id"])

        listed = await typed("jobs", "list")
        assert f"{number}  todo " in listed
        assert f"tenant={owner.tenant_id} trace={'a' * 32}" in listed
        assert await typed("jobs", "cancel", number) == "1 of 1 cancelled\n"
        assert "cancelled" in await typed("jobs", "failed")
        assert await typed("jobs", "retry", number) == "1 of 1 run again\n"
        assert await statuses(queue) == ["todo"]

    async def test_are_cancelled_and_retried_by_name(
        self, queue: Runtime, typed: Type, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.cli._jobs.BATCH", 2)
        owner = await create_tenant(queue)
        for _ in range(3):
            await enqueue_add(queue, owner)
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(rebuild, counter=new_id())

        assert await typed("jobs", "cancel", "--name", "samples.add") == "3 of 3 cancelled\n"
        assert await statuses(queue) == ["cancelled"] * 3 + ["todo"]
        assert "samples.rebuild" not in await typed("jobs", "list", "--name", "samples.add")
        assert await typed("jobs", "retry", "--name", "samples.add") == "0 of 0 run again\n"

        await change(
            queue, "UPDATE procrastinate_jobs SET status = 'failed' WHERE status <> 'todo'"
        )
        assert await typed("jobs", "retry", "--name", "samples.add") == "3 of 3 run again\n"
        assert await statuses(queue) == ["todo"] * 4

    @pytest.mark.parametrize("words", [[], ["4711", "--name", "samples.add"]])
    async def test_are_never_all_by_accident(self, typed: Type, words: list[str]) -> None:
        for command in ("retry", "cancel"):
            assert "name jobs by their ids, or all of one kind" in await typed(
                "jobs", command, *words
            )


class TestEvents:
    async def test_are_listed_sent_again_and_archived(self, queue: Runtime, typed: Type) -> None:
        await fail_one(queue, await create_tenant(queue))

        listed = await typed("events", "list")
        assert "samples.counter_moved → samples.refuse  attempts=3" in listed
        assert "RuntimeError: 13 is too much for me" in listed
        assert await typed("events", "resubmit", listed.split()[0]) == "1 sent again\n"
        assert await typed("events", "list") == ""

    async def test_are_archived(self, queue: Runtime, typed: Type) -> None:
        await fail_one(queue, await create_tenant(queue))

        assert await typed("events", "archive", "--all") == "1 archived\n"
        assert await typed("events", "list") == ""

    async def test_are_never_all_by_accident(self, typed: Type) -> None:
        assert "name events by their ids, or say --all" in await typed("events", "archive")


async def fail_one(queue: Runtime, person: Person) -> None:
    async with open_unit(queue, person.actor, person.context) as work:
        work.publish(CounterMoved(new_id(), step=13))
    async with worker(queue):
        await until(lambda: has_failed(queue))


async def has_failed(queue: Runtime) -> bool:
    return "failed" in await statuses(queue)
