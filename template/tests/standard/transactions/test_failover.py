"""A replica is promoted while requests and jobs run: real servers, a real worker process."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from subprocess import Popen
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import open_runtime
from app.config import DatabaseSettings, Settings
from app.core.auth import Reason
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit.ids import new_id
from tests.support import samples
from tests.support.notes import NOTES, NoteRepository, create_notes
from tests.support.own_server import OwnServer, migrated, own_server
from tests.support.people import Person, create_tenant
from tests.support.queue import until
from tests.support.streaming import StreamingReplica, replica_of

pytestmark = pytest.mark.slow

CLIENTS, BEFORE, AFTER = 6, 60, 60
PATIENT = 120
"""Seconds that a busy machine may take."""
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = 'standby'"
RUNS = text("""
    SELECT test_notes.id, coalesce(done, 0) FROM test_notes
    LEFT JOIN job_progress ON job_progress.id = test_notes.id
""").execution_options(raw_sql="a test counts")


@dataclass
class Load:
    """The clients' view: `acknowledged` has the ids of units whose commit succeeded."""

    acknowledged: list[UUID] = field(default_factory=list)
    refused: int = 0
    ends: bool = False


@contextmanager
def worker_process(settings: Settings) -> Iterator["Popen[bytes]"]:
    database = settings.database
    process = Popen(
        [sys.executable, "-m", "tests.support.queue_process", "worker"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "APP_ENVIRONMENT": "test"}
        | {
            "APP_DATABASE_URL": str(database.url),
            "APP_DATABASE_ADMIN_URL": str(database.admin_url),
        },
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def of_both(first: OwnServer, second: OwnServer) -> Settings:
    """Return settings with both hosts in each URL: whichever is the primary is used."""

    def url(role: str) -> str:
        hosts = f"{first.host}:{first.port},{second.host}:{second.port}"
        return f"postgresql://{role}@{hosts}/app"

    database = DatabaseSettings(
        url=url("app_rw"), owner_url=url("app_owner"), admin_url=url("app_admin")
    )
    return Settings(environment="test", database=database, _env_file=None)


async def write(runtime: Runtime, owner: Person, load: Load) -> None:
    """Write rows, each with a job that counts it, until the load ends."""
    while not load.ends:
        try:
            async with open_unit(runtime, owner.actor, owner.context) as work:
                note = await NoteRepository(work.session).create(name="written")
                work.enqueue(samples.add, note.id)
            load.acknowledged.append(note.id)
        except SQLAlchemyError:
            load.refused += 1
        await asyncio.sleep(0.01)


async def has(load: Load, number: int) -> bool:
    return len(load.acknowledged) >= number


async def fail_over(primary: OwnServer, standby: StreamingReplica) -> None:
    await asyncio.to_thread(primary.kill)
    await asyncio.sleep(1)  # nobody is the primary
    await asyncio.to_thread(standby.promote)


async def runs_of(runtime: Runtime, owner: Person) -> dict[UUID, int]:
    """Return how often the job of each row took effect."""
    async with open_unit(runtime, owner.actor, owner.context) as work:
        found = await work.session.execute(RUNS)
        return {row_id: done for row_id, done in found.all()}  # noqa: C416 - typed


@pytest.fixture
def pair() -> Iterator[tuple[OwnServer, StreamingReplica]]:
    """A primary that confirms a commit when its standby has it too."""
    with own_server() as primary:
        create_notes(migrated(primary))
        with replica_of(primary, name="standby") as standby:
            with primary.superuser() as connection:
                connection.execute(SYNCHRONOUS)
                connection.execute("SELECT pg_reload_conf()")
            yield primary, standby


async def test_no_acknowledged_row_is_lost_and_no_job_done_twice(
    pair: tuple[OwnServer, StreamingReplica],
) -> None:
    settings = of_both(*pair)
    runtime = open_runtime(settings, (*samples.modules_and_samples(), NOTES))
    owner = await create_tenant(runtime)
    async with runtime.revocations.kept_current():
        with worker_process(settings) as process:
            load = Load()
            writing = [asyncio.create_task(write(runtime, owner, load)) for _ in range(CLIENTS)]
            await until(lambda: has(load, BEFORE), PATIENT)
            await fail_over(*pair)
            await until(partial(has, load, len(load.acknowledged) + AFTER), PATIENT)
            load.ends = True
            await asyncio.gather(*writing)

            async def are_done() -> bool:
                return all((await runs_of(runtime, owner)).values())

            await until(are_done, PATIENT)
            assert process.poll() is None
        runs = await runs_of(runtime, owner)
        assert set(load.acknowledged) <= runs.keys()
        assert set(runs.values()) == {1}
        await _hears_again(runtime, owner)
    await runtime.close()


async def _hears_again(runtime: Runtime, owner: Person) -> None:
    """Revocations arrive over LISTEN on the new primary."""

    async def listens() -> bool:
        return runtime.revocations.is_current

    await until(listens, PATIENT)
    gone = new_id()
    async with open_unit(runtime, owner.actor, owner.context) as work:
        work.revoke(Reason.SESSION, gone)

    async def is_known() -> bool:
        return gone in runtime.revocations._known

    await until(is_known, PATIENT)
