"""Reads that may lag, on a real streaming replica that falls behind, goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from sqlalchemy import text

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database.replica import Replica
from app.database.repository import RowNotFound
from app.database.session import TenantSession, open_session
from tests.support.notes import NoteRepository, create_notes, modules_and_notes
from tests.support.own_server import OwnServer, migrated, own_server
from tests.support.people import Person, create_tenant
from tests.support.queue import until
from tests.support.streaming import StreamingReplica, replica_of, with_replica

pytestmark = pytest.mark.slow

LAG_SECONDS = 1.0
WHERE = text("SELECT pg_is_in_recovery()").execution_options(raw_sql="asks where it is")
RAW = {"raw_sql": "past the session's filter"}


@dataclass
class Pair:
    primary: OwnServer
    replica: StreamingReplica
    settings: Settings


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with own_server() as primary:
        settings = migrated(primary)
        create_notes(settings)
        with replica_of(primary) as replica:
            url = replica.urls().url
            yield Pair(primary, replica, with_replica(settings, url, lag_seconds=LAG_SECONDS))


@pytest_asyncio.fixture
async def replicated(pair: Pair) -> AsyncIterator[Runtime]:
    runtime = open_runtime(pair.settings, modules_and_notes())
    yield runtime
    await runtime.close()


@pytest_asyncio.fixture
async def owner(replicated: Runtime) -> Person:
    return await create_tenant(replicated)


def replica_in(runtime: Runtime) -> Replica:
    assert runtime.database.replica
    return runtime.database.replica


async def reads_the_replica(runtime: Runtime, person: Person) -> bool:
    async with (
        open_unit(runtime, person.actor, person.context) as work,
        work.reads_may_lag() as session,
    ):
        return bool(await session.scalar(WHERE))


async def until_it(runtime: Runtime, person: Person, *, reads_the_replica_: bool) -> None:
    async def is_so() -> bool:
        return await reads_the_replica(runtime, person) is reads_the_replica_

    await until(is_so, 60)


async def add_note(runtime: Runtime, person: Person, name: str = "First") -> None:
    async with open_unit(runtime, person.actor, person.context) as work:
        await NoteRepository(work.session).create(name=name)


async def names(session: TenantSession) -> set[str]:
    return {note.name for note in (await NoteRepository(session).list(limit=50)).items}


async def test_it_has_what_was_committed(replicated: Runtime, owner: Person) -> None:
    await add_note(replicated, owner)
    await until_it(replicated, owner, reads_the_replica_=True)

    async with (
        open_unit(replicated, owner.actor, owner.context) as work,
        work.reads_may_lag() as session,
    ):
        await until(lambda: _has(session, {"First"}), 30)
        assert session.transaction.engine is replica_in(replicated).engine.sync_engine


async def _has(session: TenantSession, expected: set[str]) -> bool:
    return await names(session) == expected


async def test_the_primary_is_read_while_it_lags(
    pair: Pair, replicated: Runtime, owner: Person
) -> None:
    """Nothing older than the bound is ever shown, also while nobody writes."""
    await until_it(replicated, owner, reads_the_replica_=True)
    await asyncio.sleep(2 * LAG_SECONDS)  # nobody writes: an idle primary is no lag
    assert await reads_the_replica(replicated, owner)

    await asyncio.to_thread(pair.replica.pause)
    await add_note(replicated, owner)
    await asyncio.sleep(LAG_SECONDS)  # the bound
    for _ in range(5):
        async with (
            open_unit(replicated, owner.actor, owner.context) as work,
            work.reads_may_lag() as session,
        ):
            assert await names(session) == {"First"}
    assert not await reads_the_replica(replicated, owner)

    await asyncio.to_thread(pair.replica.resume)
    await until_it(replicated, owner, reads_the_replica_=True)


async def test_the_primary_is_read_while_it_is_away(
    pair: Pair, replicated: Runtime, owner: Person
) -> None:
    await add_note(replicated, owner)
    await until_it(replicated, owner, reads_the_replica_=True)
    async with (
        open_unit(replicated, owner.actor, owner.context) as work,
        work.reads_may_lag() as session,
    ):
        await until(lambda: _has(session, {"First"}), 30)
        await asyncio.to_thread(pair.replica.stop)

        assert await names(session) == {"First"}  # the session was on its way there
        assert await session.scalar(WHERE) is False
    assert not await reads_the_replica(replicated, owner)

    await asyncio.to_thread(pair.replica.start)
    await until_it(replicated, owner, reads_the_replica_=True)


async def test_a_tenant_finds_its_own_rows_only(
    pair: Pair, replicated: Runtime, owner: Person
) -> None:
    """The session's filter and row security are there as on the primary."""
    rival = await create_tenant(replicated)
    await add_note(replicated, rival, "Secret")
    async with open_session(replicated.database.rw, rival.context) as session:
        [secret] = (await NoteRepository(session).list(limit=1)).items
    await until_it(replicated, owner, reads_the_replica_=True)
    async with (
        open_unit(replicated, rival.actor, rival.context) as work,
        work.reads_may_lag() as session,
    ):
        await until(lambda: _has(session, {"Secret"}), 30)

    async with (
        open_unit(replicated, owner.actor, owner.context) as work,
        work.reads_may_lag() as session,
    ):
        assert await names(session) == set()
        with pytest.raises(RowNotFound):
            await NoteRepository(session).get(secret.id)
        rows = await session.execute(text("SELECT * FROM test_notes"), execution_options=RAW)
        assert rows.all() == []
    async with replica_in(replicated).engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM test_notes")) == 0


async def test_a_unit_that_has_written_reads_its_own_writes(
    replicated: Runtime, owner: Person
) -> None:
    await until_it(replicated, owner, reads_the_replica_=True)
    async with open_unit(replicated, owner.actor, owner.context) as work:
        await NoteRepository(work.session).create(name="Mine")
        async with work.reads_may_lag() as session:
            assert await names(session) == {"Mine"}
            await NoteRepository(session).create(name="Also mine")


async def test_another_database_is_never_read(
    pair: Pair, replicated: Runtime, owner: Person
) -> None:
    """Nor the primary itself, nor another role: its policies would be others."""
    for url in (
        pair.primary.urls().url,
        pair.replica.urls().admin_url,
        pair.replica.url("app_rw", "postgres"),
    ):
        runtime = open_runtime(with_replica(pair.settings, url), modules_and_notes())
        try:
            assert not await reads_the_replica(runtime, owner)
            assert replica_in(runtime).trouble
        finally:
            await runtime.close()


async def test_what_it_cancels_to_keep_up_is_read_from_the_primary(
    pair: Pair, replicated: Runtime, owner: Person
) -> None:
    """A row version that is vacuumed away on the primary ends a statement that may need it."""
    with pair.replica.superuser() as connection:
        connection.execute("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        connection.execute("SELECT pg_reload_conf()")
    await add_note(replicated, owner)
    await until_it(replicated, owner, reads_the_replica_=True)

    async def read() -> bool:
        async with (
            open_unit(replicated, owner.actor, owner.context) as work,
            work.reads_may_lag() as session,
        ):
            sql = "SELECT pg_sleep(2), (SELECT count(*) FROM test_notes)"
            await session.transaction.fetch_standalone(sql, ())
            return session.transaction.engine is replicated.database.rw.sync_engine

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.5)  # the statement runs
    with pair.primary.superuser("app") as connection:
        connection.execute("TRUNCATE test_notes")

    assert await reading
