"""Engines of PostgreSQL: their limits, and the driver's errors as the house knows them."""

from typing import Any, NoReturn

from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import DBAPIError, DisconnectionError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import in_greenlet

from app.database.driver import OUTDATED, DriverConnection, PgBouncerConnection

READS_ALONE = "reads_alone"
"""An engine's option: a statement without a transaction finds what it was prepared with."""


def create_engine(
    url: str,
    *,
    pool_size: int = 5,
    pool_overflow: int = 10,
    statement_timeout_seconds: float = 30,
    pgbouncer: bool = False,
) -> AsyncEngine:
    """An engine for `Transaction`, which announces its context, and for statements without one.

    Behind PgBouncer in transaction mode prepared statements cannot be kept (sqlalchemy#6467):
    pass `pgbouncer`.
    """
    timeout = str(int(statement_timeout_seconds * 1000))
    connect_args: dict[str, Any] = {
        "connection_class": DriverConnection,
        "server_settings": {"statement_timeout": timeout},
    }
    if pgbouncer:
        connect_args = {
            "connection_class": PgBouncerConnection,
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
        }
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_overflow,
        hide_parameters=True,  # an error's text goes to logs: no values of clients in it
        pool_reset_on_return=None,  # `Transaction` looks, as SQLAlchemy's own connections do
        pool_use_lifo=True,  # the connection used last has the statements prepared
        connect_args=connect_args,
        execution_options={READS_ALONE: not pgbouncer},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "do_connect", _refuse_outside_greenlets)
    return engine


def raise_refused(dbapi: Any, error: Exception, statement: str, *, closed: bool) -> NoReturn:
    """The driver's error as SQLAlchemy's, which the rest of the house knows."""
    try:
        AsyncAdapt_asyncpg_connection._handle_exception_no_connection(dbapi, error)
    except dbapi.Error as refused:
        raise DBAPIError.instance(
            statement,
            None,
            refused,
            dbapi.Error,
            hide_parameters=True,
            connection_invalidated=closed,
        ) from refused


def is_outdated(error: DBAPIError) -> bool:
    """A migration changed a type after the statement was prepared."""
    return isinstance(getattr(error.orig, "__cause__", None), OUTDATED)


def _refuse_closed(connection: Any, *_: Any) -> None:
    """What the driver already knows costs nothing to ask; the pool connects again."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _refuse_outside_greenlets(*_: Any) -> None:
    """Before anything begins that nobody could wait for; `Transaction` then tries in a greenlet."""
    if not in_greenlet():
        raise MissingGreenlet
