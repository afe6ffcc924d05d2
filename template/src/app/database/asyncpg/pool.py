"""Checkout and checkin of the pool, without what SQLAlchemy does around a connection."""

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


async def checkout(engine: Engine) -> PoolProxiedConnection:
    """A connection of the pool. Raises DBAPIError, or TimeoutError when none becomes free in time.

    One that is idle is handed out at once; to connect, or to wait, SQLAlchemy needs a greenlet.
    A database that restarts, or PgBouncer before it, is waited for: nothing has been sent yet.
    """
    with suppress(MissingGreenlet):
        return engine.raw_connection()
    until = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await _connected(engine)
        except DBAPIError as error:
            if not _passes(error) or monotonic() > until:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


def checkin(engine: Engine, pooled: PoolProxiedConnection) -> None:
    """Return it. Invalidate instead: closed, still in a transaction, or the pool is full (a clean
    close needs a greenlet)."""
    connection: Any = pooled.driver_connection
    if connection is not None and (
        connection.is_closed() or connection.is_in_transaction() or _is_full(engine.pool)
    ):
        pooled.invalidate()
    else:
        pooled.close()


async def _connected(engine: Engine) -> PoolProxiedConnection:
    """Raises DBAPIError for whatever kept it from connecting."""
    dbapi: Any = engine.dialect.loaded_dbapi
    try:
        return await greenlet_spawn(engine.raw_connection)
    except dbapi.Error as error:
        raise_refused(dbapi, error, "connect", closed=True)
    except OSError as error:
        raise OperationalError("connect", None, error, True, connection_invalidated=True) from error


def _passes(error: DBAPIError) -> bool:
    """True for refused, starting up and shutting down; not for a wrong password, and not where
    connections have run out."""
    sqlstate: str = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error.orig, OSError) or sqlstate[:2] in ("08", "57")


def _is_full(pool: Any) -> bool:
    return bool(pool.checkedin() >= pool.size())
