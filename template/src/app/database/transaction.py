"""A session's one transaction: begun at its first statement, shared by the driver and the ORM."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Engine
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.engine import DriverConnection, announcement, raise_refused
from app.database.tenancy import Context


class Transaction:
    """On one connection of the pool, for one context."""

    def __init__(self, engine: Engine, context: Context) -> None:
        self.engine = engine
        self._context = context
        self.driver: DriverConnection | None = None
        self._pooled: PoolProxiedConnection | None = None
        self._for_orm: Connection | None = None

    @property
    def context(self) -> Context:
        return self._context

    async def begin(self) -> DriverConnection:
        """The driver's connection, in the transaction. Raises DBAPIError.

        BEGIN is the pre-ping: nothing ran before it, so a dead connection is simply replaced.
        """
        if self.driver is None:
            self.driver = await self._begin() or await self._begin(last=True)
        return self.driver  # type: ignore[return-value]  # the last try raises

    def for_orm(self) -> Connection:
        """The same connection, once begun, for SQLAlchemy to commit or to roll back."""
        self._for_orm = self._for_orm or Connection(self.engine, self._pooled)
        return self._for_orm

    async def end(self, *, commit: bool = False) -> None:
        """Does nothing a second time. Raises DBAPIError."""
        pooled, driver = self._pooled, self.driver
        self.driver = self._pooled = self._for_orm = None
        if pooled is None or driver is None:
            return
        adapted: Any = pooled.dbapi_connection
        try:
            if adapted is not None and adapted._transaction is not None:
                end = adapted._transaction.commit if commit else adapted._transaction.rollback
                await adapted._call_and_discard(end)
        except Exception as error:
            raise_refused(self._dbapi, error, "COMMIT", closed=driver.is_closed())
        finally:
            pooled.close()

    async def _begin(self, *, last: bool = False) -> DriverConnection | None:
        """None if the connection was dead and another may be tried."""
        pooled = await self._from_pool()
        driver: Any = pooled.driver_connection
        adapted: Any = pooled.dbapi_connection
        try:
            if self.engine.get_execution_options():  # an isolation level, which comes before BEGIN
                self._for_orm = await greenlet_spawn(Connection, self.engine, pooled)
            driver.announced = announcement(self._context)
            await adapted._start_transaction()
        except BaseException as error:
            pooled.invalidate(error)
            dead = driver.is_closed()
            if not isinstance(error, Exception):
                raise
            if dead and not last:
                return None
            raise_refused(self._dbapi, error, "BEGIN", closed=dead)
        self._pooled = pooled
        begun: DriverConnection = driver
        return begun

    async def _from_pool(self) -> PoolProxiedConnection:
        """One that lies there is simply taken; only to connect, or to wait, needs a greenlet."""
        with suppress(MissingGreenlet):
            return self.engine.raw_connection()
        try:
            return await greenlet_spawn(self.engine.raw_connection)
        except self._dbapi.Error as error:
            raise_refused(self._dbapi, error, "connect", closed=True)

    @property
    def _dbapi(self) -> Any:
        return self.engine.dialect.loaded_dbapi
