"""`session.expected`: a row is changed or deleted only if it has the version that somebody read."""

import asyncio

import pytest
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
