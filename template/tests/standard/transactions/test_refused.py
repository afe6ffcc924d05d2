"""A value that is taken and a missing reference: the error names the column, and work goes on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import ClassVar

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core.errors import Conflict
from app.core.runtime import Runtime
from app.database.asyncpg.savepoints import WRITE, Savepoints
from app.database.repository import ReferenceNotFound, Repository
from app.database.session import TenantSession, open_session
from app.kit.ids import new_id
from app.modules.api_keys.models import ApiKey
from app.modules.tenants.models import Invitation
from tests.support.notes import NoteRepository, names
from tests.support.people import Person

from .connections import behind_pgbouncer, checked_out

FAILS = text("SELECT 1 / 0").execution_options(raw_sql="fails")


class EmailTaken(Conflict):
    """Choose another address."""

    detail = "{email} was invited already."


class Invitations(Repository[Invitation]):
    model = Invitation
    taken: ClassVar = {Invitation.email: EmailTaken}


class ApiKeys(Repository[ApiKey]):
    model = ApiKey


@pytest_asyncio.fixture(params=["direct", "pgbouncer"])
async def session(
    runtime: Runtime, owner: Person, request: pytest.FixtureRequest
) -> AsyncIterator[TenantSession]:
    """A session of each kind of connection: with statements sent ahead, and without."""
    if request.param == "direct":
        async with open_session(runtime.database.rw, owner.context) as session:
            yield session
        return
    async with behind_pgbouncer(runtime) as engine, open_session(engine, owner.context) as session:
        yield session


async def invite(session: TenantSession, email: str) -> Invitation:
    return await Invitations(session).create(
        email=email,
        role="member",
        secret_hash=str(new_id()),
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


async def emails(session: TenantSession) -> list[str]:
    return [row.email for row in (await Invitations(session).list(limit=50)).items]


class TestTaken:
    async def test_names_the_value_whatever_its_case(self, session: TenantSession) -> None:
        await invite(session, "first@example.com")

        with pytest.raises(EmailTaken, match=r"FIRST@example\.com was invited"):
            await invite(session, "FIRST@example.com")

    async def test_is_refused_first_and_the_work_goes_on(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        """Nothing was written before, so the next write begins another transaction."""
        await invite(session, "first@example.com")
        await session.commit()

        with pytest.raises(EmailTaken):
            await invite(session, "first@example.com")
        assert checked_out(runtime) == 0
        await NoteRepository(session).create(name="after")
        await session.commit()

        assert await names(runtime, owner) == {"after"}

    async def test_is_refused_later_and_what_was_written_stays(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        await NoteRepository(session).create(name="before")
        for number in range(3):
            await invite(session, f"{number}@example.com")
            for _ in range(2):
                with pytest.raises(EmailTaken):
                    await invite(session, f"{number}@example.com")
        changed = await invite(session, "changed@example.com")
        with pytest.raises(EmailTaken):
            await Invitations(session).change(changed, email="1@example.com")
        await Invitations(session).change(changed, email="changed@example.com")
        await NoteRepository(session).create(name="after")
        await session.commit()

        assert await names(runtime, owner) == {"before", "after"}
        assert await emails(session) == [
            "changed@example.com",
            "2@example.com",
            "1@example.com",
            "0@example.com",
        ]

    async def test_leaves_savepoints_of_the_orm_alone(self, session: TenantSession) -> None:
        await invite(session, "first@example.com")
        async with session.begin_nested():
            await invite(session, "second@example.com")
            with pytest.raises(EmailTaken):
                await invite(session, "first@example.com")
        undone = session.begin_nested()
        await undone.start()
        await invite(session, "third@example.com")
        await undone.rollback()
        await invite(session, "fourth@example.com")
        with pytest.raises(EmailTaken):
            await invite(session, "second@example.com")
        found = (await session.scalars(select(Invitation.email).order_by(Invitation.id))).all()
        await session.commit()

        assert found == ["first@example.com", "second@example.com", "fourth@example.com"]

    async def test_is_refused_when_two_race(
        self, session: TenantSession, runtime: Runtime, owner: Person
    ) -> None:
        async with open_session(runtime.database.rw, owner.context) as other:
            await invite(other, "first@example.com")
            racing = asyncio.create_task(invite(session, "first@example.com"))
            await asyncio.sleep(0)
            await other.commit()

            with pytest.raises(EmailTaken):
                await racing

    async def test_revives_no_transaction_that_has_failed(self, session: TenantSession) -> None:
        """A commit would otherwise lose what was written since the last savepoint."""
        await invite(session, "first@example.com")
        with pytest.raises(DBAPIError):
            await session.execute(FAILS)

        for value in ("second@example.com", object()):  # the driver cannot encode an object
            with pytest.raises(DBAPIError):
                await invite(session, value)  # type: ignore[arg-type]  # on purpose
        with pytest.raises(DBAPIError):
            await session.commit()
        assert await emails(session) == []

    async def test_undoes_nothing_when_a_value_cannot_be_encoded(
        self, session: TenantSession
    ) -> None:
        await invite(session, "first@example.com")
        with pytest.raises(DBAPIError):
            await invite(session, object())  # type: ignore[arg-type]  # on purpose
        await invite(session, "second@example.com")
        await session.commit()

        assert await emails(session) == ["second@example.com", "first@example.com"]


class TestReference:
    async def test_names_the_column(self, session: TenantSession) -> None:
        values = {"name": "key", "hint": "k…y", "permissions": []}
        keys = ApiKeys(session)
        made = await keys.create(**values, secret_hash="1")

        with pytest.raises(ReferenceNotFound, match="parent_id"):
            await keys.create(**values, secret_hash="2", parent_id=new_id())
        with pytest.raises(ReferenceNotFound, match="parent_id"):
            await keys.change(made, parent_id=new_id())

        assert (await keys.get(made.id)).parent_id is None


async def invite_as_one(session: TenantSession, *names: str) -> None:
    async with session.as_one():
        for name in names:
            await invite(session, f"{name}@example.com")


class TestAsOne:
    async def test_undoes_all_that_the_block_wrote(self, session: TenantSession) -> None:
        await invite_as_one(session, "before")

        with pytest.raises(EmailTaken):
            await invite_as_one(session, "first", "second", "before")
        await invite_as_one(session, "after")

        assert await emails(session) == ["after@example.com", "before@example.com"]

    async def test_undoes_an_inner_block_alone(self, session: TenantSession) -> None:
        async with session.as_one():
            await invite_as_one(session, "first")
            with pytest.raises(EmailTaken):
                await invite_as_one(session, "second", "first")
            await invite_as_one(session, "third")

        assert await emails(session) == ["third@example.com", "first@example.com"]

    async def test_undoes_inner_blocks_too(self, session: TenantSession) -> None:
        async def refuse() -> None:
            async with session.as_one():
                await invite_as_one(session, "first")
                await invite_as_one(session, "before")

        await invite_as_one(session, "before")
        with pytest.raises(EmailTaken):
            await refuse()

        assert await emails(session) == ["before@example.com"]

    async def test_mends_a_transaction_that_a_statement_has_aborted(
        self, session: TenantSession
    ) -> None:
        async def fail() -> None:
            async with session.as_one():
                await invite(session, "first@example.com")
                await session.execute(FAILS)

        await invite_as_one(session, "before")
        with pytest.raises(DBAPIError):
            await fail()

        assert await emails(session) == ["before@example.com"]

    async def test_leaves_another_transaction_alone(self, session: TenantSession) -> None:
        async def end_early() -> None:
            async with session.as_one():
                await invite(session, "inside@example.com")
                await session.commit()
                await invite(session, "next@example.com")
                raise ZeroDivisionError

        await invite_as_one(session, "before")
        with pytest.raises(ZeroDivisionError):
            await end_early()

        assert (await emails(session))[:2] == ["next@example.com", "inside@example.com"]


def test_a_savepoint_ends_before_what_follows_the_write() -> None:
    """Each number of a counter would be taken within another one, and looks at all before it."""
    savepoints = Savepoints()

    assert savepoints.ahead(WRITE, alone=True) == ["SAVEPOINT before_write"]
    assert savepoints.ahead(alone=True) == ["RELEASE SAVEPOINT before_write"]
    assert savepoints.ahead(alone=True) == []
