"""Sample jobs and subscribers for queue tests: they count, sleep, fail or hang."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import text

from app.core.events import Event, subscribe
from app.core.jobs import Retry, job, report_progress
from app.core.module import Module, find_modules
from app.core.unit_of_work import UnitOfWork

QUICK = Retry(attempts=3, first=timedelta(milliseconds=100))
COUNT = text("""
    INSERT INTO job_progress (tenant_id, id, done, total, created_at, updated_at)
    VALUES (:tenant_id, :id, 1, 0, now(), now())
    ON CONFLICT (tenant_id, id) DO UPDATE SET done = job_progress.done + 1
""").execution_options(raw_sql="a test counts what happened")

seen: list[Any] = []
"""Holds what jobs and subscribers of this process have recorded, committed or not."""

released: set[str] = set()
"""The names for which `wait` returns; "all" means every name."""

hanging = False
"""True if the samples that can hang do (tests/support/queue_process.py)."""


async def count(work: UnitOfWork, counter: UUID) -> None:
    """Increment a counter, so that a second run shows."""
    values = {"tenant_id": work.tenant.tenant_id, "id": counter}
    await work.session.execute(COUNT, values)


@job(name="samples.add")
async def add(work: UnitOfWork, counter: UUID) -> None:
    seen.append((work.actor.user_id, work.tenant.tenant_id, counter))
    await count(work, counter)


@job(name="samples.add_slowly", retry=QUICK)
async def add_slowly(work: UnitOfWork, counter: UUID, seconds: float) -> None:
    await count(work, counter)
    seen.append(counter)
    await asyncio.sleep(seconds)  # slow on purpose


@job(name="samples.hang")
async def hang(work: UnitOfWork, counter: UUID, seconds: float = 60) -> None:
    await count(work, counter)
    await _hang(seconds)


@job(name="samples.wait")
async def wait(work: UnitOfWork, name: str) -> None:
    """Wait until the name is released."""
    seen.append(name)
    await work.commit()
    while not released & {name, "all"}:  # noqa: ASYNC110 - the test's loop may be another one
        await asyncio.sleep(0.02)


@job(name="samples.wait_apart", queue="apart")
async def wait_apart(work: UnitOfWork, name: str) -> None:
    await wait.run(work, name)


@job(name="samples.fail", retry=QUICK)
async def fail(work: UnitOfWork, counter: UUID, times: int) -> None:
    """Fail this many times, then succeed."""
    seen.append(counter)
    await count(work, counter)
    if seen.count(counter) <= times:
        raise RuntimeError("not yet")


@job(name="samples.add_locked", lock="alone")
async def add_locked(work: UnitOfWork, counter: UUID) -> None:
    seen.append("enter")
    await asyncio.sleep(0.1)  # time for another run to enter
    seen.append("leave")


@job(name="samples.rebuild", queueing_lock="rebuild", retry=QUICK)
async def rebuild(work: UnitOfWork, counter: UUID) -> None:
    """Run slowly, and fail the first time."""
    await count(work, counter)
    seen.append(counter)
    await asyncio.sleep(0.3)  # slow on purpose
    if seen.count(counter) == 1:
        raise RuntimeError("not yet")


@job(name="samples.count_with_progress")
async def count_with_progress(work: UnitOfWork) -> None:
    for step in (1, 2):
        await report_progress(work, done=step, total=2)
        await asyncio.sleep(0.3)  # slow on purpose


@job(name="samples.greet", without_tenant=True)
async def greet(work: UnitOfWork) -> None:
    seen.append(work.context)


@job(name="samples.every_second", cron="* * * * * *", without_tenant=True, queue="cron")
async def every_second(work: UnitOfWork) -> None:
    seen.append("tick")


@job(name="samples.for_each_tenant", cron="* * * * * *", each_tenant=True, queue="each")
async def for_each_tenant(work: UnitOfWork) -> None:
    seen.append((work.actor.is_system, work.tenant.tenant_id))


@dataclass(frozen=True)
class CounterMoved(Event):
    name = "samples.counter_moved"
    version = 2
    ordered_by: ClassVar[str | None] = "counter"

    counter: UUID
    step: int = 0

    @classmethod
    def upcast(cls, payload: dict[str, Any], version: int) -> dict[str, Any]:
        return {"counter": payload["id"]}


@dataclass(frozen=True)
class TenantNamed(Event):
    name = "samples.tenant_named"

    tenant_id: UUID


@dataclass(frozen=True)
class SystemStarted(Event):
    name = "samples.system_started"
    without_tenant = True

    tenant_id: UUID


@subscribe(CounterMoved, name="samples.count_moves", retry=QUICK)
async def count_moves(work: UnitOfWork, event: CounterMoved) -> None:
    seen.append((work.actor.user_id, work.tenant.tenant_id, event))
    await count(work, event.counter)
    await _hang()


@subscribe(CounterMoved, name="samples.follow", ordered=True, retry=QUICK)
async def follow(work: UnitOfWork, event: CounterMoved) -> None:
    if event.step == 0:
        await asyncio.sleep(0.2)  # time for the next step to come first
    if event.step == 1 and ("stumbled", event.counter) not in seen:
        seen.append(("stumbled", event.counter))
        raise RuntimeError("stumbled")
    seen.append(("followed", event.counter, event.step))


@subscribe(CounterMoved, name="samples.refuse", retry=QUICK)
async def refuse(work: UnitOfWork, event: CounterMoved) -> None:
    if event.step == 13 and "mended" not in seen:
        raise RuntimeError("13 is too much for me")


@subscribe(TenantNamed, name="samples.note_name", retry=QUICK)
async def note_name(work: UnitOfWork, event: TenantNamed) -> None:
    seen.append(event)


@subscribe(SystemStarted, name="samples.note_start", retry=QUICK)
async def note_start(work: UnitOfWork, event: SystemStarted) -> None:
    seen.append(("opened", work.context))


JOBS = (
    add,
    add_slowly,
    hang,
    wait,
    wait_apart,
    fail,
    add_locked,
    rebuild,
    count_with_progress,
    greet,
    every_second,
    for_each_tenant,
)
SAMPLES = Module(
    name="samples",
    jobs=JOBS,
    slots={"apart": 1},
    subscribers=(count_moves, follow, refuse, note_name, note_start),
)


def modules_and_samples() -> tuple[Module, ...]:
    """Return the samples, and all modules without subscribers: only samples enqueue jobs."""
    return (*(replace(module, subscribers=()) for module in find_modules()), SAMPLES)


async def _hang(seconds: float = 60) -> None:
    if hanging:
        print("in the middle", flush=True)
        await asyncio.sleep(seconds)  # killed meanwhile
