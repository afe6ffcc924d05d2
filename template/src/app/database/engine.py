"""Connections that announce their tenant together with BEGIN.

`BEGIN` and `set_config` travel in one round trip, and the setting ends with the transaction, so a pooled
connection never carries a tenant to its next user.
"""

from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database.tenancy import (
    PERSON_SETTING,
    TENANT_SETTING,
    Context,
    PersonContext,
    TenantContext,
)

IDLE_SECONDS_BEFORE_PING = 0.5


def create_engine(
    url: str,
    *,
    pool_size: int = 5,
    pool_overflow: int = 10,
    statement_timeout_seconds: float = 30,
    pgbouncer: bool = False,
) -> AsyncEngine:
    """An engine whose connections know `announce`.

    Behind PgBouncer in transaction mode prepared statements cannot be kept (sqlalchemy#6467): pass `pgbouncer`.
    """
    connect_args: dict[str, Any] = {"connection_class": Connection}
    if pgbouncer:
        connect_args |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    else:
        timeout = str(int(statement_timeout_seconds * 1000))
        connect_args["server_settings"] = {"statement_timeout": timeout}
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_overflow,
        hide_parameters=True,
        connect_args=connect_args,
    )
    event.listen(engine.sync_engine, "checkout", _ping_when_idle)
    event.listen(engine.sync_engine, "checkin", _forget)
    return engine


def announce(driver_connection: "Connection", context: Context) -> None:
    """For whom this connection's next transaction works."""
    driver_connection.announced = _settings(context)


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
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

    def __init__(self, connection: Connection, begin: str) -> None:
        self.connection = connection
        self.begin = begin

    async def start(self) -> None:
        await self.connection.execute(self.begin)

    async def commit(self) -> None:
        await self.connection.execute("COMMIT")

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")


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


def _ping_when_idle(dbapi_connection: Any, record: Any, _: Any) -> None:
    """Pre-ping, but only for a connection that has been idle; the pool replaces a dead one."""
    if monotonic() - record.info.get("returned_at", monotonic()) < IDLE_SECONDS_BEFORE_PING:
        return
    try:
        dbapi_connection.run_async(lambda connection: connection.fetchval("SELECT 1"))
    except Exception as error:
        raise DisconnectionError from error


def _forget(dbapi_connection: Any, record: Any) -> None:
    record.info["returned_at"] = monotonic()
    if dbapi_connection is not None:
        announce(dbapi_connection.driver_connection, None)
