"""Checkout and checkin of the pool, without the overhead of SQLAlchemy's Connection."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any, TypeAlias

import sqlalchemy
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError, MissingGreenlet, OperationalError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.asyncpg.errors import raise_refused

PATIENCE_SECONDS = 2
PAUSE_SECONDS = 0.05
KNOWS_POOL = sqlalchemy.__version__.startswith("2.1.")
"""True for the SQLAlchemy whose pool `Lent` knows."""
PATIENCE = "patience"
"""The engine option with the seconds for which connecting is retried."""


class Lent:
    """A connection for one statement: the pool's entry, without SQLAlchemy's proxy around it.

    The proxy returns a connection that its user has forgotten. One that is lent is returned in any
    case (`Transaction.fetch_standalone`), so it does without. The pool's events are the same.
    """

    __slots__ = ("_entry", "_pool", "driver_connection")

    def __init__(self, pool: Any, entry: Any) -> None:
        self._pool = pool
        self._entry = entry
        self.driver_connection = entry.driver_connection

    def close(self) -> None:
        self._entry.checkin(_fairy_was_created=False)

    def invalidate(self, error: BaseException | None = None) -> None:
        self._entry.invalidate(error)
        self.close()


Pooled: TypeAlias = PoolProxiedConnection | Lent


async def checkout(engine: Engine, *, for_one_statement: bool = False) -> Pooled:
    """Check out a connection. Raises DBAPIError, or TimeoutError if none becomes free in time.

    An idle connection is returned at once; connecting or waiting needs a greenlet in SQLAlchemy.
    Connecting is retried while PostgreSQL or PgBouncer restarts: nothing has been sent yet.
    """
    # Without a greenlet SQLAlchemy can only hand out an idle connection; to connect,
    # the engine's listener raises MissingGreenlet.
    with suppress(MissingGreenlet):
        lent = lend(engine.pool) if for_one_statement else None
        return lent or engine.raw_connection()
    until = monotonic() + engine.get_execution_options().get(PATIENCE, PATIENCE_SECONDS)
    while True:
        try:
            return await _connected(engine)
        except DBAPIError as error:
            if not _passes(error) or monotonic() > until:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


def lend(pool: Any) -> Lent | None:
    """Return an idle connection, or None if SQLAlchemy must replace it. Raises MissingGreenlet."""
    if not KNOWS_POOL:
        return None
    entry = pool._do_get()
    if entry._is_hard_or_soft_invalidated():
        pool._do_return_conn(entry)
        return None
    lent = Lent(pool, entry)
    try:
        pool.dispatch.checkout(entry.dbapi_connection, entry, lent)
    except BaseException as error:
        lent.close()
        if not isinstance(error, DisconnectionError):
            raise
        return None
    return lent


def checkin(engine: Engine, pooled: Pooled) -> None:
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
