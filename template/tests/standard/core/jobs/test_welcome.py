"""The message of `make dev` is the last thing on the screen. Here, beside the queue's database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.cli import _welcome
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from tests.support.people import create_tenant
from tests.support.queue import FAST, ends, enqueue_add, worker
from tests.support.samples import add


class TestTheMessage:
    async def test_waits_for_jobs(self, queue: Runtime) -> None:
        await enqueue_add(queue, await create_tenant(queue))

        waiting = asyncio.create_task(_welcome.wait_for_jobs(queue.settings))
        await asyncio.wait([waiting], timeout=0.5)  # any time will do: it may not end
        assert not waiting.done()
        async with worker(queue, replace(FAST, queues=None)):
            await waiting

            assert await ends(queue, "succeeded")

    async def test_does_not_wait_for_those_of_later(self, queue: Runtime) -> None:
        owner = await create_tenant(queue)
        async with open_unit(queue, owner.actor, owner.context) as work:
            work.enqueue(add.with_options(delay=timedelta(hours=1)), counter=new_id())

        async with worker(queue, replace(FAST, queues=None)):
            await _welcome.wait_for_jobs(queue.settings)

        assert await ends(queue, "todo")

    async def test_comes_without_a_worker_too(
        self, queue: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_welcome, "JOBS_SECONDS", 0.1)
        await enqueue_add(queue, await create_tenant(queue))

        await _welcome.wait_for_jobs(queue.settings)

        assert await ends(queue, "todo")
