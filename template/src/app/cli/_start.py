"""Checks before a process starts, each with a message that says what to do."""

import asyncio
import errno
import socket

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from app.bootstrap import open_runtime
from app.config import DatabaseSettings, Settings
from app.core.module import find_modules
from app.database.cluster import is_cluster
from app.database.connecting import DatabaseAway, NoConnection, try_connection
from app.database.schema.guarantees import refuse_unsafe_database
from app.database.schema.migrations import missing_migrations

log = structlog.get_logger(__name__)

WAIT_SECONDS = 300
PAUSE_SECONDS = 2
SERVING = (("APP_DATABASE_URL", "url"), ("APP_DATABASE_ADMIN_URL", "admin_url"))
REPLICA = "APP_DATABASE_REPLICA_URL"
PORT_REASONS = {
    errno.EADDRINUSE: "is taken by another process. End that one, or take another port: {other}",
    errno.EACCES: "is for root only. Take one above 1023: {other}",
    errno.EADDRNOTAVAIL: "cannot be opened there: this machine has no address {host}."
    " Take --host 0.0.0.0 for all that it has.",
}
OTHER_REASON = "cannot be opened, {reason}. Take another: {other}"


class CannotStart(Exception):
    """The process cannot work. The message says what to do."""


def refuse_taken_port(host: str, port: int, *, instead: str) -> None:
    """Raises CannotStart, before anything else has begun. `instead` is a command up to its port."""
    other = f"{instead}{port + 1}"
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except socket.gaierror:
        raise CannotStart(
            f"--host {host} is no address of this machine: take one of its own, or 0.0.0.0."
        ) from None
    except OSError as error:
        sentence = PORT_REASONS.get(error.errno or 0, OTHER_REASON)
        said = sentence.format(other=other, host=host, reason=error.strerror)
        raise CannotStart(f"Port {port} {said}") from None


async def refuse_unready(settings: Settings, *, across_tenants: bool = True) -> None:
    """Raises NoConnection, CannotStart, and SettingsError for what modules bring.

    Without `across_tenants` the process does without the log-in of app_admin, if it has none.
    """
    for variable, field in SERVING:
        url = getattr(settings.database, field)
        if url is None and field == "admin_url" and not across_tenants:
            continue
        if url is None:
            raise NoConnection(f"{variable} must be set too: each role has a log-in of its own.")
        await try_connection(url, variable, pgbouncer=settings.database.pgbouncer)
    await _try_replica(settings.database)
    runtime = open_runtime(settings, find_modules())
    try:
        await _refuse_behind(runtime.database.rw)
        await _refuse_cluster(runtime.database.rw, expected=settings.database.citus)
    finally:
        await runtime.close()


async def wait_until_ready(settings: Settings, *, across_tenants: bool = True) -> None:
    """Wait for a database that is away: processes start again together, and in any order.

    Raises what `refuse_unready` raises, DatabaseAway after WAIT_SECONDS.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        try:
            return await refuse_unready(settings, across_tenants=across_tenants)
        except DatabaseAway as error:
            if loop.time() - began > WAIT_SECONDS:
                raise
            log.warning("start.waits", reason=str(error), after=PAUSE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)


async def refuse_unsafe(settings: Settings) -> None:
    """Raises UnsafeDatabase."""
    runtime = open_runtime(settings, find_modules())
    try:
        await refuse_unsafe_database(*runtime.database.of_the_primary.values())
    finally:
        await runtime.close()


async def _refuse_cluster(engine: AsyncEngine, *, expected: bool) -> None:
    """Raises CannotStart: without the setting the nodes know no tenant, and show no row."""
    async with engine.connect() as connection:
        if not expected and await is_cluster(connection):
            raise CannotStart(
                "The database is distributed over a Citus cluster: set APP_DATABASE_CITUS=true."
            )


async def _try_replica(settings: DatabaseSettings) -> None:
    """Raises NoConnection for a wrong URL. One that is away only is no reason not to start."""
    if settings.replica_url is None:
        return
    try:
        await try_connection(settings.replica_url, REPLICA, pgbouncer=settings.pgbouncer)
    except DatabaseAway as error:
        log.warning("replica.not_used", reason=str(error))


async def _refuse_behind(engine: AsyncEngine) -> None:
    """Raises CannotStart on an older schema, where requests would fail. A newer one is fine."""
    async with engine.connect() as connection:
        missing = await missing_migrations(connection)
    if missing:
        raise CannotStart(
            f"The database lacks {len(missing)} migrations of this release, from"
            f" “{missing[0]}” on. Run first, as app_owner: app migrate"
        )
