"""A connection of the pool, taken and given back without what SQLAlchemy does around it."""

from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy.engine import Engine
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.engine import out_of_reach, raise_refused


async def take(engine: Engine) -> PoolProxiedConnection:
    """One that lies there is simply taken; only to connect, or to wait, needs a greenlet.

    Raises DBAPIError, or SQLAlchemy's TimeoutError when none comes back in time.
    """
    with suppress(MissingGreenlet):
        return engine.raw_connection()
    dbapi: Any = engine.dialect.loaded_dbapi
    try:
        return await greenlet_spawn(engine.raw_connection)
    except dbapi.Error as error:
        raise_refused(dbapi, error, "connect", closed=True)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise out_of_reach(error) from error


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


def _is_full(pool: Any) -> bool:
    return bool(pool.checkedin() >= pool.size())
