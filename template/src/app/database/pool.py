"""A connection of the pool, taken and given back without what SQLAlchemy does around it."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, MissingGreenlet, OperationalError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.engine import raise_refused

PATIENCE_SECONDS = 2
PAUSE_SECONDS = 0.05


async def take(engine: Engine) -> PoolProxiedConnection:
    """One that lies there is simply taken; only to connect, or to wait, needs a greenlet.

    A database that cannot be connected to for a moment, because it or what stands before it
    restarts, is waited for: nothing has been sent. Raises DBAPIError, or SQLAlchemy's TimeoutError
    when none comes back in time.
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


def give_back(engine: Engine, pooled: PoolProxiedConnection) -> None:
    """One that is in a transaction still, or nobody knows in what, goes to nobody else.

    Nor does one for which the pool has no room: to close it politely would need a greenlet.
    """
    driver: Any = pooled.driver_connection
    if driver is not None and (
        driver.is_closed() or driver.is_in_transaction() or _is_full(engine.pool)
    ):
        pooled.invalidate()
    else:
        pooled.close()


async def _connected(engine: Engine) -> PoolProxiedConnection:
    """Raises DBAPIError for whatever became of it."""
    dbapi: Any = engine.dialect.loaded_dbapi
    try:
        return await greenlet_spawn(engine.raw_connection)
    except dbapi.Error as error:
        raise_refused(dbapi, error, "connect", closed=True)
    except OSError as error:
        raise OperationalError("connect", None, error, True, connection_invalidated=True) from error


def _passes(error: DBAPIError) -> bool:
    """Refused, starting up, shutting down: not a wrong password, and no lack of connections."""
    sqlstate: str = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error.orig, OSError) or sqlstate[:2] in ("08", "57")


def _is_full(pool: Any) -> bool:
    return bool(pool.checkedin() >= pool.size())
