"""A repository's reads run without a transaction, until something needs one."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select, text, update

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.session import open_session
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import Note, NoteRepository, names
from tests.support.people import Person
from tests.support.servers import server

from .connections import behind_pgbouncer, checked_out, database

LOCK = text("SELECT pg_advisory_xact_lock(1)").execution_options(raw_sql="a lock, no rows")


class TestStandalone:
    @needs_fast_paths
    async def test_begins_nothing(self, runtime: Runtime, owner: Person) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await NoteRepository(session).list(limit=1)

        assert session.transaction.connection is None
        assert not session.is_open
        assert checked_out(runtime) == 0

    @needs_fast_paths
    async def test_is_followed_by_a_transaction_on_the_same_connection(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            notes = NoteRepository(work.session)
            await notes.list(limit=1)
            made = await notes.create(name="driver")

            assert await notes.find(made.id) is not None
            assert checked_out(runtime) == 1

        assert await names(runtime, owner) == {"driver"}

    async def test_sees_what_the_orm_has_not_written_yet(self, work: UnitOfWork) -> None:
        work.session.add(Note(name="orm"))

        rows = await NoteRepository(work.session).list(limit=50)

        assert [row.name for row in rows.items] == ["orm"]

    @pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
    async def test_is_nobody_who_wants_one_picture_of_all(
        self, runtime: Runtime, owner: Person, level: str
    ) -> None:
        engine = runtime.database.rw.execution_options(isolation_level=level)
        async with open_session(engine, owner.context) as session:
            before = await NoteRepository(session).list(limit=50)
            async with open_unit(runtime, owner.actor, owner.context) as work:
                await NoteRepository(work.session).create(name="meanwhile")

            assert await NoteRepository(session).list(limit=50) == before

    async def test_is_nobody_behind_pgbouncer(self, runtime: Runtime, owner: Person) -> None:
        """There, each transaction may get another server, with other prepared statements."""
        async with (
            behind_pgbouncer(runtime) as engine,
            open_session(engine, owner.context) as session,
        ):
            await NoteRepository(session).list(limit=1)

            assert session.transaction.connection is not None

    async def test_gives_its_connection_up_when_it_is_cancelled(
        self, runtime: Runtime, owner: Person
    ) -> None:
        session = open_session(runtime.database.rw, owner.context)
        with server().superuser(database(runtime)) as connection:
            connection.execute("BEGIN; LOCK TABLE test_notes")
            waiting = asyncio.create_task(NoteRepository(session).list(limit=1))
            await asyncio.sleep(0.1)  # either before or while it waits
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            connection.execute("ROLLBACK")

        assert not session.is_open
        assert checked_out(runtime) == 0
        assert await names(runtime, owner) == set()


class TestRelease:
    """A unit releases its connection before it awaits anything but a statement."""

    async def test_gives_the_connection_of_reads_back(
        self, runtime: Runtime, owner: Person, work: UnitOfWork
    ) -> None:
        await work.session.scalars(select(Note))
        assert checked_out(runtime) == 1

        await work.release()

        assert checked_out(runtime) == 0

    @pytest.mark.parametrize("way", ["create", "add", "execute", "lock", "savepoint", "text"])
    async def test_keeps_what_was_written_or_locked(
        self, runtime: Runtime, owner: Person, work: UnitOfWork, way: str
    ) -> None:
        await _WAYS[way](work)

        await work.release()

        assert checked_out(runtime) == 1 or work.session.orm.new

    async def test_does_so_behind_pgbouncer(self, runtime: Runtime, owner: Person) -> None:
        """There, each read begins a transaction."""
        async with (
            behind_pgbouncer(runtime) as engine,
            open_session(engine, owner.context) as session,
        ):
            await NoteRepository(session).list(limit=1)
            assert session.is_open

            await session.release()

            assert not session.is_open

    async def test_leaves_entities_as_they_are(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            made = await NoteRepository(work.session).create(name="first")
        async with open_unit(runtime, owner.actor, owner.context) as work:
            note = await work.session.get_one(Note, (owner.tenant_id, made.id))
            await work.release()

            note.name = "second"

        assert await names(runtime, owner) == {"second"}


async def _add(work: UnitOfWork) -> None:
    await work.session.scalars(select(Note))
    work.session.add(Note(name="new"))


async def _savepoint(work: UnitOfWork) -> None:
    await work.session.begin_nested()
    await work.session.scalars(select(Note))


_WAYS: dict[str, Callable[[UnitOfWork], Awaitable[object]]] = {
    "create": lambda work: NoteRepository(work.session).create(name="new"),
    "add": _add,
    "execute": lambda work: work.session.execute(update(Note).values(name="all")),
    "lock": lambda work: work.session.scalars(select(Note).with_for_update()),
    "savepoint": _savepoint,
    "text": lambda work: work.session.execute(LOCK),
}
