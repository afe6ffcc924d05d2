"""Many concurrent requests in one process: interleaved, gathered, in threads, on websockets."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest_asyncio
from fastapi import APIRouter, FastAPI, Request, WebSocket
from httpx import AsyncClient
from sqlalchemy import select
from starlette.types import Message, Scope

from app.core.permissions import public
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork, UnitOfWork, open_unit
from app.main import _middleware as middleware
from tests.support.clients import client_of
from tests.support.people import Person

from .samples import Label
from .two_tenants import TwoTenants

router = APIRouter(prefix="/api/v1/attacked")


async def tenants_seen(work: UnitOfWork) -> list[UUID]:
    return list(await work.session.scalars(select(Label.tenant_id).distinct()))


@router.post("/slow")
@public
async def write_and_read_slowly(work: CurrentWork) -> dict[str, Any]:
    work.session.add(Label(name="mine"))
    for _ in range(3):
        await asyncio.sleep(random.uniform(0, 0.01))  # mixes the order
        await work.session.flush()
    return {"tenant": work.tenant.tenant_id, "seen": await tenants_seen(work)}


@router.get("/gathered")
@public
async def read_in_many_units(work: CurrentWork) -> dict[str, Any]:
    async def one() -> list[UUID]:
        async with work.within(work.tenant) as inner:
            await asyncio.sleep(random.uniform(0, 0.005))  # mixes the order
            return await tenants_seen(inner)

    seen = [await one() for _ in range(3)]
    return {"tenant": work.tenant.tenant_id, "seen": {each for some in seen for each in some}}


@router.get("/thread")
@public
def read_in_a_thread(request: Request) -> dict[str, Any]:
    """FastAPI runs functions that are not async in a thread."""
    tenant: TenantContext = request.state.tenant
    seen = asyncio.run_coroutine_threadsafe(tenants_seen(request.state.work), LOOP[0]).result()
    return {"tenant": tenant.tenant_id, "seen": seen}


@router.websocket("/socket")
async def answer_on_a_socket(socket: WebSocket) -> None:
    """Each message gets its own unit of work."""
    await socket.accept()
    async for _ in socket.iter_text():
        state = socket.state
        runtime = socket.app.state.runtime
        async with open_unit(runtime, state.actor, state.tenant) as work:
            await socket.send_json([str(each) for each in await tenants_seen(work)])


LOOP: list[asyncio.AbstractEventLoop] = []


@pytest_asyncio.fixture
async def app(two_tenants: TwoTenants) -> FastAPI:
    """An app with a few more routes, behind this project's middleware."""
    LOOP[:] = [asyncio.get_running_loop()]
    app = FastAPI(middleware=middleware(two_tenants.runtime))
    app.state.runtime = two_tenants.runtime
    app.include_router(router)
    return app


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with client_of(app) as client:
        yield client


class TestRequests:
    async def test_do_not_mix(self, two_tenants: TwoTenants, client: AsyncClient) -> None:
        people = [two_tenants.own, two_tenants.foreign]
        # Limit the threads: if all wait for a connection, its holder waits for a thread forever.
        paths = [("POST", "slow"), ("GET", "gathered")] * 2 + [("GET", "thread")]

        async def ask(number: int) -> tuple[Person, dict[str, Any]]:
            person = people[number % 2]
            method, path = paths[number % 5]
            url = f"/api/v1/attacked/{path}"
            answer = await client.request(method, url, headers=person.headers)
            return person, answer.json()

        answers = await asyncio.gather(*(ask(number) for number in range(200)))

        for person, told in answers:
            assert told["tenant"] == str(person.tenant_id), told
            assert set(told["seen"]) <= {str(person.tenant_id)}

    async def test_leave_nothing_to_the_unknown(
        self, two_tenants: TwoTenants, client: AsyncClient
    ) -> None:
        for headers in (two_tenants.own.headers, {}, two_tenants.foreign.headers, {}):
            answer = await client.get("/api/v1/attacked/gathered", headers=headers)
            assert answer.status_code == (200 if headers else 401)


class TestSockets:
    async def test_see_their_own_tenant(self, two_tenants: TwoTenants, app: FastAPI) -> None:
        await two_tenants.own_row(Label.__table__)
        await two_tenants.foreign_row(Label.__table__)
        sockets = [Socket(app, two_tenants.own), Socket(app, two_tenants.foreign)]

        for _ in range(3):
            for socket in sockets:
                assert await socket.ask() == f'["{socket.person.tenant_id}"]'
        for socket in sockets:
            await socket.close()

    async def test_see_nothing_without_one(self, app: FastAPI) -> None:
        socket = Socket(app, None)

        assert await socket.ask() is None


class Socket:
    """A websocket client of the ASGI application."""

    def __init__(self, app: FastAPI, person: Person | None) -> None:
        self.person: Any = person
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        headers = person.headers if person else {}
        scope: Scope = {
            "type": "websocket",
            "path": "/api/v1/attacked/socket",
            "raw_path": b"/api/v1/attacked/socket",
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "subprotocols": [],
            "state": {},
            "asgi": {"version": "3.0"},
        }
        self.task = asyncio.create_task(app(scope, self.incoming.get, self.outgoing.put))

    async def ask(self) -> str | None:
        """Return the response, or None if the socket is closed instead."""
        await self.incoming.put({"type": "websocket.receive", "text": "?"})
        async with asyncio.timeout(30):
            while (message := await self.outgoing.get())["type"] == "websocket.accept":
                pass
        text: str | None = message.get("text")
        return text

    async def close(self) -> None:
        await self.incoming.put({"type": "websocket.disconnect", "code": 1000})
        await self.task
