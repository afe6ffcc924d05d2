"""Jobs, events and webhooks, by the project or by Procrastinate directly. Runs with the project's Python.

    work.py {project|direct} {jobs|events|webhooks} NUMBER URL

Runs the number of jobs, or delivers as many events, in one worker with five slots, and prints {"per_second",
"latency_ms"}: the latency is the median from a commit to the start of the last handler, one after the other. The
receiver of webhooks at the URL counts them itself: the worker goes on until a line is read, and prints {}.
"""

import asyncio
import hmac
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

import httpx
import procrastinate
import psycopg
from rows import _id

from app.bootstrap import open_runtime
from app.config import load_settings
from app.core.auth import Actor
from app.core.events import Event, subscribe
from app.core.jobs import job
from app.core.module import Module, find_modules
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.core.worker.worker import WorkerOptions, process_jobs
from app.database.tenancy import TenantContext
from app.modules.webhooks.services import EndpointService

SLOTS, AT_ONCE, SAMPLES = 5, 100, 60
BODY = {"number": 1, "text": "what an event says"}
HANDLERS = {"jobs": 1, "events": 2, "webhooks": 1}
Begin = Callable[[int], Awaitable[None]]
Result = dict[str, float]


class Handled:
    """The times at which handlers have started."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.expected = 0
        self.all = asyncio.Event()

    def note(self) -> None:
        self.at.append(perf_counter())
        if len(self.at) >= self.expected:
            self.all.set()

    async def wait_for(self, number: int) -> None:
        self.at, self.expected = [], number
        self.all.clear()
        await self.all.wait()

    @property
    def per_second(self) -> float:
        return (len(self.at) - 1) / (self.at[-1] - self.at[0])


handled = Handled()


@job(name="bench.nothing")
async def nothing(work: UnitOfWork) -> None:
    handled.note()


@dataclass(frozen=True)
class Happened(Event):
    name = "bench.happened"

    number: int
    text: str


@subscribe(Happened, name="bench.first")
async def first(work: UnitOfWork, event: Happened) -> None:
    handled.note()


@subscribe(Happened, name="bench.second")
async def second(work: UnitOfWork, event: Happened) -> None:
    handled.note()


def opened(kind: str) -> Runtime:
    """Open the project with the jobs of this file; only the webhooks have the module webhooks."""
    others = [module for module in find_modules() if kind == "webhooks" or module.name != "webhooks"]
    subscribers = (first, second) if kind == "events" else ()
    bench = Module(name="bench", jobs=(nothing,), subscribers=subscribers)
    return open_runtime(load_settings(), (*others, bench))


async def by_project(kind: str, number: int, url: str) -> Result:
    runtime, tenant = opened(kind), TenantContext(_id("tenant", 0))
    actor = Actor.system(tenant.tenant_id)
    if kind == "webhooks":
        async with open_unit(runtime, actor, tenant) as work:
            await make_endpoint(work, url)

    async def begin(many: int) -> None:
        async with open_unit(runtime, actor, tenant) as work:
            for _ in range(many):
                if kind == "jobs":
                    work.enqueue(nothing)
                else:
                    work.publish(Happened(**BODY))

    options = WorkerOptions(concurrency=SLOTS, handle_signals=False)
    result = await measured(kind, number, begin, lambda: process_jobs(runtime, [*runtime.jobs], options))
    await runtime.close()
    return result


async def make_endpoint(work: UnitOfWork, url: str) -> None:
    """Make an endpoint that gets all events; the receiver has no certificate, so its URL is changed afterwards."""
    await EndpointService(work).create(url=url.replace("http:", "https:"), events=["*"])
    await work.commit()
    with psycopg.connect(os.environ["BENCH_SUPERUSER"]) as connection:
        connection.execute("UPDATE webhook_endpoints SET url = %s", [url])


async def directly(kind: str, number: int, url: str) -> Result:
    """Use Procrastinate alone, in a database of its own: a job for each handler, httpx for each webhook."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=own_database()))
    client = httpx.AsyncClient()

    @app.task
    async def nothing(number: int, text: str) -> None:
        handled.note()

    @app.task
    async def post(number: int, text: str) -> None:
        content = json.dumps({"number": number, "text": text}).encode()
        signature = hmac.digest(b"a secret", content, "sha256").hex()
        await client.post(url, content=content, headers={"webhook-signature": signature})

    task = post if kind == "webhooks" else nothing

    async def begin(many: int) -> None:
        await task.batch_defer_async(*[BODY] * many * HANDLERS[kind])

    async with app.open_async(), client:
        await app.schema_manager.apply_schema_async()
        worker = partial(app.run_worker_async, concurrency=SLOTS, install_signal_handlers=False)
        return await measured(kind, number, begin, worker)


def own_database() -> str:
    """Make an empty database, and return how to connect to it."""
    superuser = os.environ["BENCH_SUPERUSER"]
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS direct WITH (FORCE)")
        connection.execute("CREATE DATABASE direct")
    return superuser.replace("dbname=bench", "dbname=direct")


async def measured(kind: str, number: int, begin: Begin, work: Callable[[], Awaitable[None]]) -> Result:
    """Enqueue everything, let a worker do it, and then measure the latency of a worker that waits."""
    for done in range(0, number, AT_ONCE):
        await begin(min(AT_ONCE, number - done))
    waiting = asyncio.create_task(handled.wait_for(number * HANDLERS[kind]))
    worker = asyncio.ensure_future(work())
    if kind == "webhooks":
        await asyncio.to_thread(sys.stdin.readline)  # until the receiver has all
        result: Result = {}
    else:
        await waiting
        rate = handled.per_second
        latencies = [await _latency(begin, HANDLERS[kind]) for _ in range(SAMPLES)]
        result = {"per_second": rate, "latency_ms": median(latencies) * 1000}
    for task in (waiting, worker):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return result


async def _latency(begin: Begin, each: int) -> float:
    """Return the seconds from the commit to the start of the last handler."""
    await asyncio.sleep(0.02)  # so that the worker waits for news again
    waiting = asyncio.create_task(handled.wait_for(each))
    await asyncio.sleep(0)
    await begin(1)
    committed = perf_counter()
    await waiting
    return handled.at[-1] - committed


if __name__ == "__main__":
    by, kind, number, url = sys.argv[1:]
    act = by_project if by == "project" else directly
    print(json.dumps(asyncio.run(act(kind, int(number), url))), flush=True)
