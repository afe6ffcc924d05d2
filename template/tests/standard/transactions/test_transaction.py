"""The ORM and a repository's statements in one session share one transaction, however it ends."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.asyncpg.pool import checkin, checkout
from app.database.engine import create_engine
from app.database.repository import RowNotFound
from app.database.session import TenantSession, open_session
from tests.support.notes import Note, NoteRepository, names
from tests.support.people import Person
from tests.support.queue import until
from tests.support.servers import server

from .connections import PID, checked_out, database, kill, pid_in_pool


async def write_both(session: TenantSession) -> None:
    await NoteRepository(session).create(name="driver")
    session.add(Note(name="orm"))


class TestCommit:
    async def test_keeps_what_both_wrote(self, runtime: Runtime, owner: Person) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await write_both(session)

        await session.commit()

        assert not session.is_open
        assert await names(runtime, owner) == {"driver", "orm"}

    async def test_of_a_block_does_too(self, runtime: Runtime, owner: Person) -> None:
        async with open_session(runtime.database.rw, owner.context) as session, session.orm.begin():
            await NoteRepository(session).create(name="driver")

        assert await names(runtime, owner) == {"driver"}

    async def test_begins_anew_for_the_same_tenant(self, runtime: Runtime, owner: Person) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await write_both(session)
        await session.commit()

        found = await session.scalars(select(Note.name))

        assert set(found) == {"driver", "orm"}
        await session.close()


class TestRollback:
    async def test_undoes_what_both_wrote(self, runtime: Runtime, owner: Person) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await write_both(session)
        await session.flush()

        await session.rollback()

        assert not session.is_open
        assert await names(runtime, owner) == set()

    async def test_of_a_block_does_too(self, runtime: Runtime, owner: Person) -> None:
        async with open_session(runtime.database.rw, owner.context) as session:
            block = await session.orm.begin()
            await write_both(session)
            await block.rollback()

        assert await names(runtime, owner) == set()

    async def test_of_a_savepoint_reaches_the_drivers_statements(self, work: UnitOfWork) -> None:
        notes = NoteRepository(work.session)
        kept = await notes.create(name="kept")
        savepoint = await work.session.begin_nested()
        lost = await notes.create(name="lost")

        await savepoint.rollback()

        assert await notes.find(lost.id) is None
        assert (await notes.get(kept.id)).name == "kept"

    async def test_leaves_the_connection_usable(self, runtime: Runtime, owner: Person) -> None:
        session = open_session(runtime.database.rw, owner.context)
        with pytest.raises(RowNotFound):
            await NoteRepository(session).get(owner.tenant_id)
        await session.close()

        assert await names(runtime, owner) == set()


class TestCancelled:
    async def test_gives_its_connection_back_without_the_row(
        self, runtime: Runtime, owner: Person
    ) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await NoteRepository(session).create(name="lost")
        sleeping = asyncio.create_task(
            session.execute(text("SELECT pg_sleep(9)").execution_options(raw_sql="waits"))
        )
        await asyncio.sleep(0.1)  # either before or while it runs

        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        await session.close()

        assert await names(runtime, owner) == set()


class TestDeadConnection:
    """Connections die between requests, for example by a restart or a firewall."""

    async def test_is_replaced_before_the_first_statement(
        self, runtime: Runtime, owner: Person
    ) -> None:
        for _ in range(5):
            kill(await pid_in_pool(runtime, owner))
            assert await names(runtime, owner) == set()

    async def test_is_replaced_between_a_read_and_the_transaction(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await NoteRepository(work.session).list(limit=1)
            kill(await pid_in_pool(runtime, owner))
            await NoteRepository(work.session).create(name="driver")

        assert await names(runtime, owner) == {"driver"}

    async def test_that_the_driver_does_not_know_of_is_replaced_as_well(
        self, runtime: Runtime, owner: Person
    ) -> None:
        session = open_session(runtime.database.rw, owner.context)
        driver = await session.transaction.begin()
        await session.rollback()
        driver._transport.get_extra_info("socket").shutdown(2)

        assert await names(runtime, owner) == set()

    async def test_of_which_the_orm_is_first_is_replaced(
        self, runtime: Runtime, owner: Person
    ) -> None:
        kill(await pid_in_pool(runtime, owner))
        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.session.add(Note(name="orm"))

        assert await names(runtime, owner) == {"orm"}


class TestManyAtOnce:
    async def test_waits_for_connections_and_leaves_none_behind(
        self, runtime: Runtime, owner: Person
    ) -> None:
        found = await asyncio.gather(*(names(runtime, owner) for _ in range(100)))

        assert found == [set()] * 100
        assert checked_out(runtime) == 0


class TestMoreThanThePoolKeeps:
    async def test_are_closed_without_a_word(
        self, runtime: Runtime, owner: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        url = str(runtime.settings.database.url)
        engine = create_engine(url, pool_size=1, pool_overflow=3)
        sessions = [open_session(engine, owner.context) for _ in range(4)]
        pids = {await session.scalar(PID) for session in sessions}

        for session in sessions:
            await session.rollback()

        assert len(pids) == 4
        assert caplog.records == []
        await until(lambda: only_one_is_there(runtime, pids), seconds=5)
        await engine.dispose()


async def only_one_is_there(runtime: Runtime, pids: set[int]) -> bool:
    with server().superuser(database(runtime)) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
        return connection.execute(query, [list(pids)]).fetchone() == (1,)


class TestGivenBack:
    async def test_is_no_connection_with_a_transaction(
        self, runtime: Runtime, owner: Person
    ) -> None:
        engine = runtime.database.rw.sync_engine
        pooled = await checkout(engine)
        before: Any = pooled.driver_connection
        await before.execute("BEGIN")

        checkin(engine, pooled)

        assert before.is_closed()
        assert await names(runtime, owner) == set()
