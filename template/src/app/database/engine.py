"""Connections that announce their tenant together with BEGIN.

`BEGIN` and `set_config` travel in one round trip, and the setting ends with the transaction, so a
pooled connection never carries a tenant to its next user.
"""

from typing import Any, NoReturn
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import DBAPIError, DisconnectionError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import in_greenlet

from app.database.tenancy import (
    PERSON_SETTING,
    TENANT_SETTING,
    Context,
    PersonContext,
    TenantContext,
)


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
    connect_args: dict[str, Any] = {"connection_class": DriverConnection}
    if pgbouncer:
        connect_args |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    else:
        timeout = str(int(statement_timeout_seconds * 1000))
        connect_args["server_settings"] = {"statement_timeout": timeout}
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_overflow,
        hide_parameters=True,  # an error's text goes to logs: no values of clients in it
        pool_use_lifo=True,  # the connection used last has the statements prepared
        connect_args=connect_args,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "do_connect", _refuse_outside_greenlets)
    return engine


class DriverConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Begins each transaction with what was announced for it, and for no other."""

    announced = ""

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False, deferrable: bool = False
    ) -> "DriverTransaction":
        modes = [
            *([f"ISOLATION LEVEL {isolation.replace('_', ' ')}"] if isolation else []),
            *(["READ ONLY"] if readonly else []),
            *(["DEFERRABLE"] if deferrable else []),
        ]
        announced, self.announced = self.announced, ""
        return DriverTransaction(self, f"BEGIN {', '.join(modes)}; {announced}")


class DriverTransaction:
    """The three calls that SQLAlchemy makes of asyncpg's own transaction object."""

    def __init__(self, connection: DriverConnection, begin: str) -> None:
        self.connection = connection
        self.begin = begin

    async def start(self) -> None:
        await self.connection.execute(self.begin)

    async def commit(self) -> None:
        await self.connection.execute("COMMIT")

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")


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


def _refuse_closed(connection: Any, *_: Any) -> None:
    """What the driver already knows costs nothing to ask; the pool connects again."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _refuse_outside_greenlets(*_: Any) -> None:
    """Before anything begins that nobody could wait for; `Transaction` then tries in a greenlet."""
    if not in_greenlet():
        raise MissingGreenlet


def announcement(context: Context) -> str:
    """What travels with BEGIN."""
    match context:
        case TenantContext(tenant_id):
            return _set(TENANT_SETTING, tenant_id)
        case PersonContext(user_id):
            return _set(PERSON_SETTING, user_id)
        case None:
            return ""


def _set(setting: str, value: UUID) -> str:
    """The value goes into the text of a statement: nothing but a UUID may come here."""
    if not isinstance(value, UUID):
        raise TypeError(f"{setting} takes a UUID, not {type(value).__name__}")
    return f"SELECT set_config('{setting}', '{value}', true)"
