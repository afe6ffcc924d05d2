"""Create engines for PostgreSQL."""

from typing import Any, Literal, TypeAlias

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import in_greenlet

from app.database.asyncpg.connection import ClusterConnection, Connection
from app.database.asyncpg.pipelined import (
    PipelinedClusterConnection,
    PipelinedConnection,
    PooledPipelinedConnection,
    is_tested,
)
from app.database.asyncpg.pool import PATIENCE, PATIENCE_SECONDS
from app.database.asyncpg.transaction import AT_BEGIN
from app.database.cluster import CLUSTERED
from app.database.compiled.standalone import SINGLE_STATEMENT_READS

Pooled: TypeAlias = bool | Literal["prepared"]
"""False without PgBouncer; "prepared" if PgBouncer keeps prepared statements, else True."""


def create_engine(
    url: str,
    *,
    pool_size: int = 5,
    pool_overflow: int = 10,
    pool_timeout_seconds: float = 3,
    statement_timeout_seconds: float = 30,
    pgbouncer: Pooled = False,
    fast_paths: bool = True,
    patience_seconds: float = PATIENCE_SECONDS,
    citus: bool = False,
) -> AsyncEngine:
    """Create an engine whose connections `Transaction` can use.

    Behind PgBouncer in transaction mode prepared statements cannot be kept (sqlalchemy#6467): pass
    `pgbouncer`, or `"prepared"` if it keeps them itself. For the coordinator of a Citus cluster
    pass `citus`. Without `fast_paths` only asyncpg's public API is used, and each read is in a
    transaction. Connecting is retried for `patience_seconds`.
    """
    keeps_statements = pgbouncer in (False, "prepared")
    fast = fast_paths and keeps_statements
    timeout = str(int(statement_timeout_seconds * 1000))
    connect_args: dict[str, Any] = {
        "connection_class": _connection_class(fast=fast, pooled=bool(pgbouncer), citus=citus)
    }
    if not pgbouncer:
        connect_args["server_settings"] = {"statement_timeout": timeout}
    if not keeps_statements:
        connect_args |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    # PgBouncer shares server connections: startup parameters are its own, and a session-level SET
    # would leak to the next client. So the timeout is set in each transaction.
    at_begin = (f"SET LOCAL statement_timeout = {timeout}",) if pgbouncer else ()
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_overflow,
        pool_timeout=pool_timeout_seconds,
        hide_parameters=True,  # errors are logged: no parameter values in them
        pool_reset_on_return=None,  # `Transaction` checks the state at checkin instead
        pool_use_lifo=True,  # the most recent connection has the statements prepared
        connect_args=connect_args,
        execution_options={
            SINGLE_STATEMENT_READS: fast,
            AT_BEGIN: at_begin,
            PATIENCE: patience_seconds,
            CLUSTERED: citus,
        },
    )
    event.listen(engine.sync_engine, "connect", _read_plain_uuids)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "do_connect", _connect)
    return engine


def _connection_class(*, fast: bool, pooled: bool, citus: bool) -> type[Connection]:
    if not (fast and is_tested()):
        return ClusterConnection if citus else Connection
    if pooled:
        return PooledPipelinedConnection
    return PipelinedClusterConnection if citus else PipelinedConnection


def _read_plain_uuids(connection: Any, *_: Any) -> None:
    """Decode `uuid.UUID`, not asyncpg's subclass, which orjson and others refuse."""
    connection.run_async(lambda driver: driver.read_plain_uuids())


def _refuse_closed(connection: Any, *_: Any) -> None:
    """Refuse connections that the driver knows to be closed; the pool then reconnects."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _connect(dialect: Any, _: Any, arguments: Any, options: Any) -> Any:
    """Connect. Refuses to do so outside a greenlet; `Transaction` retries in one.

    While none of several hosts is the primary, as in a failover, nobody can connect.
    """
    if not in_greenlet():
        raise MissingGreenlet
    try:
        return dialect.connect(*arguments, **options)
    except asyncpg.TargetServerAttributeNotMatched as error:
        raise ConnectionRefusedError(str(error)) from error
