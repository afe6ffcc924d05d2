"""A real `app worker` whose PostgreSQL stops, is killed, or has no connection left."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.auth import Actor
from app.core.mail import send_mail
from app.core.module import find_modules
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.own_server import OwnServer, migrated, own_server
from tests.support.queue import until

pytestmark = pytest.mark.slow

RESTARTED = "worker.restarted"
PATIENT = 120
"""Seconds that a busy machine may take."""


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    with own_server(max_connections=30) as server:
        yield server


@pytest.fixture(scope="module")
def own_settings(own: OwnServer) -> Settings:
    return migrated(own)


@pytest_asyncio.fixture
async def own_runtime(own: OwnServer, own_settings: Settings) -> AsyncIterator[Runtime]:
    own.stop()
    own.start()
    runtime = open_runtime(own_settings, find_modules())
    yield runtime
    await runtime.close()


class Worker:
    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []
        self.reading = asyncio.create_task(self._read())

    async def says(self, words: str) -> None:
        """Wait for a log line with these words since the last call."""
        await until(lambda: self._has_said(words), PATIENT)

    async def _has_said(self, words: str) -> bool:
        assert self.process.returncode is None, "".join(self.said)
        found = next((n for n, line in enumerate(self.said) if words in line), None)
        if found is not None:
            del self.said[: found + 1]
        return found is not None

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.said.append(line.decode())


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Worker]:
    database = settings.database
    urls = {"URL": database.url, "OWNER_URL": database.owner_url, "ADMIN_URL": database.admin_url}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "worker"),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "APP_ENVIRONMENT": "test"}
        | {f"APP_DATABASE_{name}": str(url) for name, url in urls.items()},
        stdout=PIPE,
        stderr=STDOUT,
    )
    worker = Worker(process)
    try:
        yield worker
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENT) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await worker.reading


async def mail(runtime: Runtime) -> None:
    """Enqueue a mail, and retry until the database accepts it."""
    while True:
        try:
            async with open_unit(runtime, Actor.system(), None) as work:
                work.enqueue(send_mail, to="bob@example.com", subject="Hello", text="there")
            return
        except DBAPIError:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("goes", [OwnServer.stop, OwnServer.kill])
async def test_goes_on_when_postgresql_is_back(
    own: OwnServer, own_runtime: Runtime, goes: Callable[[OwnServer], None]
) -> None:
    async with working(own_runtime.settings) as worker:
        await mail(own_runtime)
        await worker.says("job.succeeded")

        await asyncio.to_thread(goes, own)
        await worker.says(RESTARTED)
        await asyncio.to_thread(own.start)
        await mail(own_runtime)

        await worker.says("job.succeeded")


async def test_goes_on_when_there_is_a_connection_again(
    own: OwnServer, own_runtime: Runtime
) -> None:
    async with working(own_runtime.settings) as worker:
        await mail(own_runtime)
        await worker.says("job.succeeded")

        with own.without_connections("app_rw", "app"):
            await worker.says(RESTARTED)
        await mail(own_runtime)

        await worker.says("job.succeeded")


async def test_ends_when_it_is_told_to_while_postgresql_is_away(
    own: OwnServer, own_runtime: Runtime
) -> None:
    async with working(own_runtime.settings) as worker:
        await mail(own_runtime)
        await worker.says("job.succeeded")

        await asyncio.to_thread(own.stop)
        await worker.says(RESTARTED)
