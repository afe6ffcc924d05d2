"""`reads_may_lag` without a replica: the same rules, and not one statement more."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.asyncpg.read_only import ReadsOnly
from app.database.session import TenantSession
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import Note, NoteRepository, names
from tests.support.people import Person

RAW = {"raw_sql": "a test"}
WRITTEN = "INSERT INTO test_notes SELECT tenant_id, gen_random_uuid(), name FROM test_notes"

Use = Callable[[TenantSession, Note], Awaitable[object]]


async def _add(session: TenantSession, _: Note) -> None:
    session.add(Note(name="Second"))
    await session.flush()


async def _connect(session: TenantSession, _: Note) -> None:
    connection = await session.connection(execution_options=RAW)
    await connection.execute(text("DELETE FROM test_notes"))


WRITES: dict[str, Use] = {
    "create": lambda session, _: NoteRepository(session).create(name="Second"),
    "change": lambda session, note: NoteRepository(session).change(note, name="Second"),
    "delete": lambda session, note: NoteRepository(session).delete(note),
    "lock": lambda session, note: NoteRepository(session).get_for_update(note.id),
    "share": lambda session, note: NoteRepository(session).get_for_share(note.id),
    "orm insert": lambda session, _: session.execute(insert(Note), [{"name": "Second"}]),
    "orm lock": lambda session, _: session.scalars(select(Note).with_for_update()),
    "text": lambda session, _: session.execute(text(WRITTEN), execution_options=RAW),
    "connection": _connect,
    "flush": _add,
}
READS: dict[str, Use] = {
    "find": lambda session, note: NoteRepository(session).find(note.id),
    "list": lambda session, _: NoteRepository(session).list(limit=5),
    "orm": lambda session, _: session.scalars(select(Note)),
    "text": lambda session, _: session.execute(text("SELECT 1"), execution_options=RAW),
}


@pytest.fixture
async def note(runtime: Runtime, owner: Person) -> Note:
    async with open_unit(runtime, owner.actor, owner.context) as work:
        return await NoteRepository(work.session).create(name="First")


async def test_refuses_whatever_writes_or_locks(
    runtime: Runtime, owner: Person, note: Note
) -> None:
    """It is the same in development as with a replica; the unit of work itself can still write."""
    for name, use in WRITES.items():
        async with open_unit(runtime, owner.actor, owner.context) as work:
            async with work.reads_may_lag() as session:
                with pytest.raises((ReadsOnly, DBAPIError), match=r"only read|read-only"):
                    await use(session, note)
            assert await names(runtime, owner) == {"First"}, name
            await NoteRepository(work.session).change(note, name="First")


async def test_reads_in_every_way(runtime: Runtime, owner: Person, note: Note) -> None:
    for use in READS.values():
        async with (
            open_unit(runtime, owner.actor, owner.context) as work,
            work.reads_may_lag() as session,
        ):
            assert session is not work.session
            assert await use(session, note)


async def test_is_the_units_own_session_once_it_writes(work: UnitOfWork) -> None:
    """Written, waiting for the flush, or for the commit."""
    work.session.add(Note(name="First"))
    async with work.reads_may_lag() as session:
        assert session is work.session
    await work.commit()
    async with work.reads_may_lag() as session:
        assert session is not work.session
    work.audit("notes.read")
    async with work.reads_may_lag() as session:
        assert session is work.session


@needs_fast_paths
async def test_takes_one_connection_and_holds_none(work: UnitOfWork) -> None:
    async with work.reads_may_lag() as session:
        await NoteRepository(session).list(limit=5)

        assert not session.is_open
        assert not work.is_open
