"""Inspect the pool's connections from outside, and end them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database.engine import create_engine
from tests.support.people import Person
from tests.support.servers import server

PID = text("SELECT pg_backend_pid()").execution_options(raw_sql="names the connection")


async def pid_in_pool(runtime: Runtime, owner: Person) -> int:
    """Return the backend's pid of the connection that the next unit will get."""
    async with open_unit(runtime, owner.actor, owner.context) as work:
        return int(await work.session.scalar(PID))


def checked_out(runtime: Runtime) -> int:
    pool: Any = runtime.database.rw.pool
    return int(pool.checkedout())


def database(runtime: Runtime) -> str:
    return str(runtime.database.rw.url.database)


@asynccontextmanager
async def behind_pgbouncer(runtime: Runtime) -> AsyncIterator[AsyncEngine]:
    """Create an engine for PgBouncer, which expects no state of the next statement's server."""
    engine = create_engine(str(runtime.settings.database.url), pgbouncer=True)
    yield engine
    await engine.dispose()


def kill(pid: int) -> None:
    with server().superuser() as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", [pid])
