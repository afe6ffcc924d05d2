"""Round trips to PostgreSQL take most of a request's time, so tests count them."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient, Response

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
        for _ in range(3):  # connects and prepares the statements
            await ask()
        before = wire.round_trips
        answer = await ask()
        assert answer.status_code < 500
        return wire.round_trips - before

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
        """BEGIN is sent with the tenant and the INSERT, COMMIT with the event and its jobs."""
        assert await count(lambda: wired_client.post(URL, json={"name": "First"})) == 2

    async def test_changes_a_row_in_three(self, wired_client: AsyncClient, count: Count) -> None:
        """In addition to a create, the row is read first."""
        made = await wired_client.post(URL, json={"name": "First"})
        url = f"{URL}/{made.json()['id']}"

        assert await count(lambda: wired_client.patch(url, json={"name": "Second"})) == 3

    async def test_is_refused_in_none(self, wired_client: AsyncClient, count: Count) -> None:
        assert await count(lambda: wired_client.post(URL, json={"name": ""})) == 0
