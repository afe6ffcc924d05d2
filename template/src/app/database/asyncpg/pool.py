"""Checkout and checkin of the pool, without the overhead of SQLAlchemy's Connection."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, MissingGreenlet, OperationalError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.asyncpg.errors import raise_refused

PATIENCE_SECONDS = 2
PAUSE_SECONDS = 0.05
PATIENCE = "patience"
"""The engine option with the seconds for which connecting is retried."""


async def checkout(engine: Engine) -> PoolProxiedConnection:
    """Check out a connection. Raises DBAPIError, or TimeoutError if none becomes free in time.

    An idle connection is returned at once; connecting or waiting needs a greenlet in SQLAlchemy.
    Connecting is retried while PostgreSQL or PgBouncer restarts: nothing has been sent yet.
    """
    # Without a greenlet SQLAlchemy can only hand out an idle connection; to connect,
    # the engine's listener raises MissingGreenlet.
    with suppress(MissingGreenlet):
        return engine.raw_connection()
    until = monotonic() + engine.get_execution_options().get(PATIENCE, PATIENCE_SECONDS)
    while True:
        try:
            return await _connected(engine)
        except DBAPIError as error:
            if not _passes(error) or monotonic() > until:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


def checkin(engine: Engine, pooled: PoolProxiedConnection) -> None:
    """Return the connection to the pool, or invalidate it if it cannot be reused.

    Invalidate: closed, still in a transaction, or the pool is full (a clean close needs a
    greenlet).
    """
    connection: Any = pooled.driver_connection
    if connection is not None and (
        connection.is_closed() or connection.is_in_transaction() or _is_full(engine.pool)
    ):
        pooled.invalidate()
    else:
        pooled.close()


async def _connected(engine: Engine) -> PoolProxiedConnection:
    """Connect in a greenlet. Raises DBAPIError for every failure to connect."""
    dbapi: Any = engine.dialect.loaded_dbapi
    try:
        return await greenlet_spawn(engine.raw_connection)
    except dbapi.Error as error:
        raise_refused(dbapi, error, "connect", closed=True)
    except OSError as error:
        raise OperationalError("connect", None, error, True, connection_invalidated=True) from error


def _passes(error: DBAPIError) -> bool:
    """True if connecting may succeed soon: refused, starting up or shutting down.

    False for a wrong password, and if the server is out of connections.
    """
    sqlstate: str = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error.orig, OSError) or sqlstate[:2] in ("08", "57")


def _is_full(pool: Any) -> bool:
    return bool(pool.checkedin() >= pool.size())
