"""Round trips to PostgreSQL take most of a request's time, so tests count them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import ClassVar

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import select

from app.core.errors import Conflict
from app.core.unit_of_work import open_unit
from app.database.repository import Repository
from app.database.session import TenantSession, open_session
from app.kit.ids import new_id
from app.modules.tenants.models import Invitation
from tests.support.clients import client_of
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import URL
from tests.support.people import Person
from tests.support.wire import Wire

Count = Callable[[Callable[[], Awaitable[Response]]], Awaitable[int]]


@pytest_asyncio.fixture
async def wired_client(wired: tuple[FastAPI, Wire], owner: Person) -> AsyncIterator[AsyncClient]:
    app, _ = wired
    async with client_of(app, owner) as client:
        yield client


@pytest_asyncio.fixture
async def count(wired: tuple[FastAPI, Wire]) -> Count:
    _, wire = wired

    async def counted(ask: Callable[[], Awaitable[Response]]) -> int:
        """Count several requests: some prepare their statements, on this or another connection."""
        counts = []
        for _ in range(7):
            before = wire.round_trips
            answer = await ask()
            assert answer.status_code < 500
            counts.append(wire.round_trips - before)
        return min(counts)

    return counted


@needs_fast_paths
class TestARequest:
    async def test_reads_a_row_in_one(self, wired_client: AsyncClient, count: Count) -> None:
        """The statement sets its tenant itself."""
        made = await wired_client.post(URL, json={"name": "First"})

        assert await count(lambda: wired_client.get(f"{URL}/{made.json()['id']}")) == 1

    async def test_reads_a_page_in_one(self, wired_client: AsyncClient, count: Count) -> None:
        assert await count(lambda: wired_client.get(URL)) == 1

    async def test_finds_nothing_in_one(self, wired_client: AsyncClient, count: Count) -> None:
        nothing = "01980000-0000-7000-8000-000000000000"

        assert await count(lambda: wired_client.get(f"{URL}/{nothing}")) == 1

    async def test_creates_a_row_in_two(self, wired_client: AsyncClient, count: Count) -> None:
        """BEGIN is sent with the tenant and the INSERT, COMMIT with the event and the audit."""
        assert await count(lambda: wired_client.post(URL, json={"name": "First"})) == 2

    async def test_changes_a_row_in_three(self, wired_client: AsyncClient, count: Count) -> None:
        """The row is read and locked first, in addition to what a create does."""
        made = await wired_client.post(URL, json={"name": "First"})
        url = f"{URL}/{made.json()['id']}"

        assert await count(lambda: wired_client.patch(url, json={"name": "Second"})) == 3

    async def test_changes_the_version_that_was_read_in_three(
        self, wired_client: AsyncClient, count: Count
    ) -> None:
        made = await wired_client.post(URL, json={"name": "First"})
        url, tag = f"{URL}/{made.json()['id']}", made.headers["etag"]

        async def change() -> Response:
            nonlocal tag
            answer = await wired_client.patch(
                url, json={"name": str(new_id())}, headers={"If-Match": tag}
            )
            assert answer.status_code == 200
            tag = answer.headers["etag"]
            return answer

        assert await count(change) == 3

    async def test_deletes_a_row_in_three(self, wired_client: AsyncClient, count: Count) -> None:
        made = [await wired_client.post(URL, json={"name": "First"}) for _ in range(7)]
        tags = {each.json()["id"]: each.headers["etag"] for each in made}

        async def delete() -> Response:
            row, tag = tags.popitem()
            answer = await wired_client.delete(f"{URL}/{row}", headers={"If-Match": tag})
            assert answer.status_code == 204
            return answer

        assert await count(delete) == 3

    async def test_is_refused_in_none(self, wired_client: AsyncClient, count: Count) -> None:
        assert await count(lambda: wired_client.post(URL, json={"name": ""})) == 0


class EmailTaken(Conflict):
    """Choose another address."""


class Invitations(Repository[Invitation]):
    """A repository with all that one can declare."""

    model = Invitation
    filters = (Invitation.role,)
    sorts = (Invitation.expires_at,)
    taken: ClassVar = {Invitation.email: EmailTaken}


@pytest_asyncio.fixture
async def session(wired: tuple[FastAPI, Wire], owner: Person) -> AsyncIterator[TenantSession]:
    app, _ = wired
    for _ in range(2):  # connects and prepares the statements
        async with open_session(app.state.runtime.database.rw, owner.context) as session:
            await invite(session, "known@example.com")
            for number in range(3):
                await invite(session, f"known{number}@example.com")
            with pytest.raises(EmailTaken):
                await invite(session, "known@example.com")
    async with open_session(app.state.runtime.database.rw, owner.context) as session:
        yield session


async def invite(session: TenantSession, email: str) -> None:
    await Invitations(session).create(
        email=email,
        role="member",
        secret_hash=str(new_id()),
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


@needs_fast_paths
class TestARepository:
    async def test_lists_in_one_whatever_is_asked(
        self, session: TenantSession, wired: tuple[FastAPI, Wire]
    ) -> None:
        repository, (_, wire) = Invitations(session), wired
        asked = [
            (filters, sort)
            for filters in ({}, {"role": "member"})
            for sort in (None, "expires_at", "-expires_at")
        ]
        for filters, sort in asked:
            await repository.listed(filters, sort=sort, limit=2)  # prepares the statement
        before = wire.round_trips
        for filters, sort in asked:
            await repository.listed(filters, sort=sort, limit=2)

        assert wire.round_trips - before == len(asked)

    async def test_lists_in_one_where_reads_may_lag(
        self, owner: Person, wired: tuple[FastAPI, Wire]
    ) -> None:
        """It costs nothing without a replica, even if the unit has read before."""
        app, wire = wired
        for reads_before in (False, True):
            counts = []
            for _ in range(7):  # the first prepares the statements
                before = wire.round_trips
                async with open_unit(app.state.runtime, owner.actor, owner.context) as work:
                    if reads_before:
                        await work.session.scalars(select(Invitation))
                    async with work.reads_may_lag() as session:
                        await Invitations(session).list(limit=2)
                counts.append(wire.round_trips - before)

            assert min(counts) == (4 if reads_before else 1)

    async def test_writes_unique_values_in_one_each(
        self, session: TenantSession, wired: tuple[FastAPI, Wire]
    ) -> None:
        """BEGIN is sent with the first, a savepoint with each of the others, COMMIT at the end."""
        _, wire = wired
        counts = []
        for unit in range(3):  # the first may prepare the statement
            before = wire.round_trips
            for number in range(5):
                await invite(session, f"{unit}-{number}@example.com")
            await session.commit()
            counts.append(wire.round_trips - before)

        assert min(counts) == 6

    async def test_refuses_one_in_two(
        self, session: TenantSession, wired: tuple[FastAPI, Wire]
    ) -> None:
        """The INSERT and ROLLBACK, both before and after other writes."""
        _, wire = wired
        await invite(session, "first@example.com")
        await session.commit()
        for others in (0, 1):
            for number in range(others):
                await invite(session, f"other{number}@example.com")
            before = wire.round_trips
            with pytest.raises(EmailTaken):
                await invite(session, "first@example.com")

            assert wire.round_trips - before == 2
