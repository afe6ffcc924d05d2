"""Helpers for queue tests: a worker that stops with its test, and the state of the sample jobs."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.config import Settings
from app.core.jobs.models import JobProgress
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.core.worker.worker import WorkerOptions
from app.kit.ids import new_id
from app.worker import work as run_worker

from .people import Person
from .samples import add, seen

FAST = WorkerOptions(
    queues=("default",),
    concurrency=4,
    poll_seconds=0.1,
    heartbeat_seconds=0.3,
    stalled_seconds=60,
    shutdown_seconds=5,
    handle_signals=False,
)
AFTER_A_KILL = replace(FAST, stalled_seconds=2)  # takes the jobs of a killed worker soon


@asynccontextmanager
async def process(settings: Settings, role: str, *ids: UUID) -> AsyncIterator[Process]:
    """Start another process, wait until it hangs, and kill it when the block ends."""
    database = settings.database
    urls = {"URL": database.url, "OWNER_URL": database.owner_url, "ADMIN_URL": database.admin_url}
    urls["PGBOUNCER"] = str(database.pgbouncer).lower()
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.queue_process", role, *map(str, ids)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "APP_ENVIRONMENT": "test"}
        | {f"APP_DATABASE_{name}": str(url) for name, url in urls.items()},
        stdout=PIPE,
    )
    try:
        async with asyncio.timeout(20):
            await _hangs(started)
        yield started
    finally:
        with suppress(ProcessLookupError):  # it may have exited already
            started.kill()
        await started.wait()


async def _hangs(started: Process) -> None:
    assert started.stdout is not None
    while line := await started.stdout.readline():
        if line.strip() in (b"in the middle", b"committed"):
            return
    raise AssertionError("the process ended before it could be killed")


@asynccontextmanager
async def worker(runtime: Runtime, options: WorkerOptions = FAST) -> AsyncIterator[None]:
    """Run a worker while the block runs."""
    task = asyncio.create_task(run_worker(runtime, options))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 30) -> Any:
    """Wait for a true result of the condition, and return it. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (answer := await condition()):  # noqa: ASYNC110 - happens in Postgres
            await asyncio.sleep(0.05)
        return answer


async def statuses(runtime: Runtime) -> list[str]:
    """Return the statuses of the jobs in the default queue, in order."""
    return [row["status"] for row in await queued(runtime)]


async def queued(runtime: Runtime, queue: str = "default") -> list[dict[str, Any]]:
    """Return the sample jobs only: the standard's own periodic jobs may be due at any time."""
    statement = text(
        "SELECT * FROM procrastinate_jobs"
        " WHERE queue_name = :queue AND task_name LIKE 'samples.%' ORDER BY id"
    )
    async with runtime.database.admin.connect() as connection:
        rows = await connection.execute(statement, {"queue": queue})
        return [dict(row) for row in rows.mappings()]


async def change(queue: Runtime, statement: str, **values: Any) -> None:
    """Change rows directly, as from a database console."""
    async with queue.database.admin.begin() as connection:
        await connection.execute(text(statement), values)


async def ends(queue: Runtime, *expected: str) -> bool:
    return await statuses(queue) == list(expected)


async def saw(entry: Any, times: int = 1) -> bool:
    return seen.count(entry) >= times


async def enqueue_add(runtime: Runtime, person: Person) -> UUID:
    counter = new_id()
    async with open_unit(runtime, person.actor, person.context, trace_id="a" * 32) as work:
        work.enqueue(add, counter=counter)
    return counter


async def counted(runtime: Runtime, person: Person, counter: UUID) -> int:
    async with open_unit(runtime, person.actor, person.context) as work:
        row = await work.session.get(JobProgress, (person.tenant_id, counter))
        return row.done if row else 0
