"""BEGIN is sent together with the first statement, without a visible difference."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.runtime import Runtime
from app.database.session import TenantSession, open_session
from tests.support.notes import NoteRepository, names
from tests.support.people import Person
from tests.support.servers import server

from .connections import checked_out, database, kill, pid_in_pool

TENANT = text("SELECT current_setting('app.tenant_id')").execution_options(raw_sql="a setting")


@pytest_asyncio.fixture(params=["prepared", "new"])
async def session(runtime: Runtime, owner: Person, request: pytest.FixtureRequest) -> TenantSession:
    """A session whose connection has prepared the statement already, or must prepare it."""
    await create(runtime, owner, "known")
    if request.param == "new":
        await runtime.database.rw.dispose()
    return open_session(runtime.database.rw, owner.context)


async def create(runtime: Runtime, owner: Person, name: str) -> UUID:
    session = open_session(runtime.database.rw, owner.context)
    made = await NoteRepository(session).create(name=name)
    await session.commit()
    return made.id


class TestFirstStatement:
    async def test_is_in_the_transaction(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        await NoteRepository(session).create(name="driver")
        assert await names(runtime, owner) == {"known"}

        await session.rollback()

        assert await names(runtime, owner) == {"known"}
        assert checked_out(runtime) == 0

    async def test_has_its_own_tenant(
        self, session: TenantSession, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        for person in (owner, rival, owner):
            another = open_session(runtime.database.rw, person.context)
            await NoteRepository(another).create(name=person.email)

            assert await another.scalar(TENANT) == str(person.tenant_id)
            await another.commit()

        assert await names(runtime, owner) == {"known", owner.email}
        assert await names(runtime, rival) == {rival.email}

    async def test_that_fails_leaves_a_transaction_to_roll_back(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        pid = await pid_in_pool(runtime, owner)
        twice = await create(runtime, owner, "twice")

        with pytest.raises(IntegrityError, match="duplicate key"):
            await NoteRepository(session).create(id=twice, name="twice")
        with pytest.raises(DBAPIError, match="transaction is aborted"):
            await NoteRepository(session).create(name="lost")
        await session.rollback()

        assert await pid_in_pool(runtime, owner) == pid
        assert await names(runtime, owner) == {"known", "twice"}

    async def test_that_does_not_fit_is_never_sent(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        """The driver refuses it after BEGIN was sent; the next statement goes on from there."""
        pid = await pid_in_pool(runtime, owner)
        notes = NoteRepository(session)
        wrong: Any = 7

        with pytest.raises(DBAPIError, match="expected str"):
            await notes.create(name=wrong)
        assert session.transaction.connection is not None
        await notes.create(name="fits")
        assert await session.scalar(TENANT) == str(owner.tenant_id)
        await session.commit()

        assert await pid_in_pool(runtime, owner) == pid
        assert await names(runtime, owner) == {"known", "fits"}

    async def test_comes_again_on_another_connection_if_this_one_is_dead(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        kill(await pid_in_pool(runtime, owner))

        await NoteRepository(session).create(name="again")
        await session.commit()

        assert await names(runtime, owner) == {"known", "again"}

    async def test_gives_its_connection_up_when_it_is_cancelled(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        with server().superuser(database(runtime)) as connection:
            connection.execute("BEGIN; LOCK TABLE test_notes")
            waiting = asyncio.create_task(NoteRepository(session).create(name="lost"))
            await asyncio.sleep(0.1)  # either before or while it waits
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            connection.execute("ROLLBACK")

        assert not session.is_open
        assert checked_out(runtime) == 0
        assert await names(runtime, owner) == {"known"}
