"""PostgreSQL, or PgBouncer in front of it, restarts while this process serves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from app.config import Settings
from app.main import create_app
from tests.support.clients import client_of
from tests.support.notes import URL, create_notes, modules_and_notes
from tests.support.own_server import OwnServer, migrated, own_server
from tests.support.people import create_tenant
from tests.support.pgbouncer import PgBouncer, pgbouncer

pytestmark = pytest.mark.slow

Request = Callable[[AsyncClient], Awaitable[Response]]
REQUESTS: dict[str, Request] = {
    "read in one trip": lambda client: client.get(URL),
    "read of the ORM": lambda client: client.get("/api/v1/users/me"),
    "write": lambda client: client.post(URL, json={"name": "written"}),
}


@dataclass
class Served:
    """The app on a server that tests can restart."""

    server: OwnServer | PgBouncer
    settings: Settings


@pytest.fixture(scope="module", params=["PostgreSQL", "PgBouncer"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with own_server() as server:
        settings = migrated(server)
        create_notes(settings)
        if request.param == "PostgreSQL":
            yield Served(server, settings)
            return
        with pgbouncer(server) as bouncer:
            yield Served(bouncer, behind(bouncer, settings))


@pytest_asyncio.fixture
async def client(served: Served) -> AsyncIterator[AsyncClient]:
    app = create_app(served.settings, modules_and_notes())
    owner = await create_tenant(app.state.runtime)
    async with client_of(app, owner) as client:
        yield client
    await app.state.runtime.close()


def behind(bouncer: PgBouncer, settings: Settings) -> Settings:
    urls, owner_url = bouncer.urls(), settings.database.owner_url
    pointing = settings.with_database(
        url=urls.url, owner_url=owner_url or "", admin_url=urls.admin_url
    )
    database = pointing.database.model_copy(update={"pgbouncer": True})
    return pointing.model_copy(update={"database": database})


@pytest.mark.parametrize("send", REQUESTS.values(), ids=REQUESTS)
async def test_nobody_notices_when_it_is_back(
    served: Served, client: AsyncClient, send: Request
) -> None:
    """All connections in the pool are dead after each restart."""
    for _ in range(3):
        answers = await asyncio.gather(*(send(client) for _ in range(8)))
        assert {answer.status_code for answer in answers} <= {200, 201}

        await asyncio.to_thread(restart, served)


@pytest.mark.parametrize("send", REQUESTS.values(), ids=REQUESTS)
async def test_a_request_waits_a_moment_for_it(
    served: Served, client: AsyncClient, send: Request
) -> None:
    await send(client)
    await asyncio.to_thread(served.server.stop)

    answer, _ = await asyncio.gather(send(client), asyncio.to_thread(served.server.start))

    assert answer.status_code in (200, 201)


@pytest.mark.parametrize("send", REQUESTS.values(), ids=REQUESTS)
async def test_while_it_is_away_the_answer_says_so(
    served: Served, client: AsyncClient, send: Request
) -> None:
    await send(client)
    await asyncio.to_thread(served.server.stop)
    answer = await send(client)
    await asyncio.to_thread(served.server.start)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def restart(served: Served) -> None:
    served.server.stop()
    served.server.start()
