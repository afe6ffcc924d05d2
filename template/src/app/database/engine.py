"""Connections that announce their tenant together with BEGIN.

`BEGIN` and `set_config` travel in one round trip, and the setting ends with the transaction, so a
pooled connection never carries a tenant to its next user. The same round trip is the pre-ping:
nothing ran before it, so when the connection turns out to be dead, another one begins instead.
"""

from typing import Any, NoReturn
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_

from app.database.tenancy import (
    PERSON_SETTING,
    TENANT_SETTING,
    Context,
    PersonContext,
    TenantContext,
)

CONTEXT = "context"
"""The execution option of a connection that says for whom its transactions work."""


def create_engine(
    url: str,
    *,
    pool_size: int = 5,
    pool_overflow: int = 10,
    statement_timeout_seconds: float = 30,
    pgbouncer: bool = False,
) -> AsyncEngine:
    """An engine whose connections announce what their execution option `context` says.

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
        url, pool_size=pool_size, max_overflow=pool_overflow, connect_args=connect_args
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


class DriverConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Begins each transaction with the announced context."""

    announced = ""

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False, deferrable: bool = False
    ) -> "Transaction":
        modes = [
            *([f"ISOLATION LEVEL {isolation.replace('_', ' ')}"] if isolation else []),
            *(["READ ONLY"] if readonly else []),
            *(["DEFERRABLE"] if deferrable else []),
        ]
        return Transaction(self, f"BEGIN {', '.join(modes)}; {self.announced}")


class Transaction:
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


def _begin(connection: Connection) -> None:
    """SQLAlchemy would wait for the first statement. Raises DBAPIError."""
    begin = _settings(connection.get_execution_options().get(CONTEXT))
    try:
        _start(connection, begin)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        connection.invalidate()
        _start(connection, begin)


def _start(connection: Connection, begin: str) -> None:
    driver = None
    try:
        adapted: Any = connection.connection.dbapi_connection
        driver = adapted.driver_connection
        driver.announced = begin
        await_(adapted._start_transaction())
    except Exception as error:
        closed = driver is not None and driver.is_closed()
        raise_refused(connection.dialect.loaded_dbapi, error, "BEGIN", closed=closed)


def _settings(context: Context) -> str:
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
