"""Checkout and checkin of the pool, without what SQLAlchemy does around a connection."""

from contextlib import suppress
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.asyncpg.errors import raise_refused


async def checkout(engine: Engine) -> PoolProxiedConnection:
    """A connection of the pool. Raises DBAPIError, or TimeoutError when none becomes free in time.

    One that is idle is handed out at once; to connect, or to wait, SQLAlchemy needs a greenlet.
    """
    with suppress(MissingGreenlet):
        return engine.raw_connection()
    dbapi: Any = engine.dialect.loaded_dbapi
    try:
        return await greenlet_spawn(engine.raw_connection)
    except dbapi.Error as error:
        raise_refused(dbapi, error, "connect", closed=True)


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


def _is_full(pool: Any) -> bool:
    return bool(pool.checkedin() >= pool.size())
