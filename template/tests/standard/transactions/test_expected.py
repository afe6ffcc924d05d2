"""`session.expected`: a row is changed or deleted only if it has the version that somebody read."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.orm.exc import StaleDataError

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from tests.support.notes import Note, NoteRepository, names
from tests.support.people import Person


async def create(runtime: Runtime, person: Person) -> Note:
    async with open_unit(runtime, person.actor, person.context) as work:
        return await NoteRepository(work.session).create(name="first")


class TestAnExpectedVersion:
    async def test_refuses_what_another_transaction_is_changing(
        self, runtime: Runtime, owner: Person
    ) -> None:
        """The second waits for the first, and then sees that its version is old."""
        note = await create(runtime, owner)

        async def change(work: UnitOfWork) -> None:
            work.session.expected[note.id] = note.updated_at
            await NoteRepository(work.session).change(note, name="second")

        async with open_unit(runtime, owner.actor, owner.context) as work:
            second = UnitOfWork(runtime, owner.actor, owner.context)
            await change(work)
            waiting = asyncio.create_task(change(second))
            await asyncio.wait([waiting], timeout=0.05)  # too short only shows less
            assert not waiting.done()

        with pytest.raises(StaleDataError):
            await waiting
        await second.close()

    async def test_refuses_a_deletion(self, runtime: Runtime, owner: Person) -> None:
        note = await create(runtime, owner)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await NoteRepository(work.session).change(note, name="second")

        late = UnitOfWork(runtime, owner.actor, owner.context)
        late.session.expected[note.id] = note.updated_at
        with pytest.raises(StaleDataError):
            await NoteRepository(late.session).delete(note)
        await late.close()

        assert await names(runtime, owner) == {"second"}

    async def test_lets_the_version_that_was_read_through(
        self, runtime: Runtime, owner: Person
    ) -> None:
        note = await create(runtime, owner)

        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.session.expected[note.id] = note.updated_at
            await NoteRepository(work.session).change(note, name="second")

        assert await names(runtime, owner) == {"second"}


class TestALock:
    """`has_locked` lets a check of the version do without a query, so it must never err."""

    async def test_is_known_until_the_transaction_ends(
        self, runtime: Runtime, owner: Person
    ) -> None:
        note = await create(runtime, owner)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            session = work.session
            locked = await NoteRepository(session).get_for_change(note.id)

            assert session.has_locked(locked)
            assert not session.has_locked(note)
            await session.rollback()
            assert not session.has_locked(locked)

    async def test_is_not_known_where_a_savepoint_may_have_released_it(
        self, runtime: Runtime, owner: Person
    ) -> None:
        note = await create(runtime, owner)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            session = work.session
            savepoint = await session.begin_nested()
            locked = await NoteRepository(session).get_for_change(note.id)
            await savepoint.rollback()

            assert not session.has_locked(locked)

    async def test_lets_others_refer_to_the_row(self, runtime: Runtime, owner: Person) -> None:
        note = await create(runtime, owner)
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await NoteRepository(work.session).get_for_change(note.id)
            async with open_unit(runtime, owner.actor, owner.context) as other:
                refers = "SELECT 1 FROM test_notes WHERE id = :id FOR KEY SHARE NOWAIT"
                found = await other.session.scalar(
                    text(refers).execution_options(raw_sql="what a foreign key does"),
                    {"id": note.id},
                )

        assert found == 1
