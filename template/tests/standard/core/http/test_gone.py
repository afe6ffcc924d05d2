"""A read ends with its client, also in PostgreSQL; a write goes on without it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
import uvicorn
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import select, text
from starlette.types import Receive, Scope, Send

from app.cli import _protocol
from app.cli._protocol import BoundedProtocol
from app.config import HttpSettings, Settings
from app.core.permissions import permission
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.main import create_app
from app.modules.tenants.models import Invitation
from app.modules.tenants.services import InvitationService
from tests.support.people import Person
from tests.support.processes import free_port
from tests.support.queue import until
from tests.support.servers import server

Invitations = Annotated[InvitationService, Depends()]
router = APIRouter(prefix="/api/v1")
SLEEP = text("SELECT pg_sleep(25)").execution_options(raw_sql="a slow statement")
PAUSE = text("SELECT pg_sleep(0.5)").execution_options(raw_sql="a slow statement")


@router.get("/slow-read")
@permission("members:read")
async def read(work: CurrentWork) -> None:
    work.require("members:read")
    await work.session.execute(SLEEP)


@router.post("/slow-write/{name}")
@permission("members:invite")
async def write(name: str, invitations: Invitations, work: CurrentWork) -> None:
    await work.session.execute(PAUSE)
    await invitations.invite(email=f"{name}@example.com", role="member")


@pytest_asyncio.fixture
async def port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(_protocol, "_settings", HttpSettings)
    app = create_app(settings)
    app.include_router(router)
    port = free_port()
    server = _server(app, port)
    served = asyncio.create_task(server._serve())
    await until(lambda: _is_up(server), seconds=20)
    yield port
    server.should_exit = True
    await served
    assert app.state.runtime.database.rw.pool.checkedout() == 0


def _server(app: FastAPI, port: int) -> uvicorn.Server:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return uvicorn.Server(
        uvicorn.Config(serve, port=port, http=BoundedProtocol, lifespan="off", log_config=None)
    )


async def _is_up(server: uvicorn.Server) -> bool:
    return server.started


async def call(port: int, person: Person, request: str) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = "".join(f"{name}: {value}\r\n" for name, value in person.headers.items())
    writer.write(f"{request} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n{headers}\r\n".encode())
    await writer.drain()
    return writer


ACTIVE = (
    "SELECT FROM pg_stat_activity WHERE query LIKE %s AND state = 'active' AND usename = 'app_rw'"
)


async def sleeps(sql: str) -> bool:
    """Ask in a connection of its own: within a transaction the view stays as it was."""
    with server().superuser() as connection:
        return connection.execute(ACTIVE, [f"%{sql}%"]).fetchone() is not None


async def rests(sql: str) -> bool:
    return not await sleeps(sql)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_read_ends_with_its_client(port: int, owner: Person, method: str) -> None:
    writer = await call(port, owner, f"{method} /api/v1/slow-read")
    await until(lambda: sleeps("pg_sleep(25)"), seconds=20)

    writer.close()

    await until(lambda: rests("pg_sleep(25)"), seconds=15)


async def test_a_write_is_done_without_it(port: int, owner: Person, work: UnitOfWork) -> None:
    name = uuid4().hex
    writer = await call(port, owner, f"POST /api/v1/slow-write/{name}")
    await until(lambda: sleeps("pg_sleep(0.5)"), seconds=20)

    writer.close()

    async def is_done() -> bool:
        invited = select(Invitation.id).where(Invitation.email == f"{name}@example.com")
        return await work.session.scalar(invited) is not None

    await until(is_done, seconds=20)


KILLED = """
import asyncio, sys, asyncpg
from sqlalchemy import make_url
async def main():
    url = make_url(sys.argv[1])
    connection = await asyncpg.connect(
        user=url.username, password=url.password, database=url.database,
        host=url.query.get("host", url.host), port=int(url.query.get("port", url.port or 5432)),
    )
    await connection.execute("SELECT pg_sleep(28)")
asyncio.run(main())
"""


async def test_a_statement_ends_with_its_process(settings: Settings) -> None:
    """Only the role's own setting makes PostgreSQL look; migrations/roles.sql gives it."""
    with server().superuser() as connection:
        if not _checks(connection):
            pytest.skip("app_rw was made before this setting was, or on Windows")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, str(settings.database.url))
    )
    await until(lambda: sleeps("pg_sleep(28)"), seconds=20)

    process.kill()
    await process.wait()

    await until(lambda: rests("pg_sleep(28)"), seconds=15)


def _checks(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    found = connection.execute("SELECT rolconfig::text FROM pg_roles WHERE rolname = 'app_rw'")
    return "client_connection_check_interval" in str(found.fetchone())
