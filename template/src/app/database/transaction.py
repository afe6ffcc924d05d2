"""A session's one transaction: begun when it is needed, shared by the driver and the ORM."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.engine import Engine
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.compiled import Prepared
from app.database.driver import DriverConnection, announcement
from app.database.engine import READS_ALONE, raise_refused
from app.database.tenancy import Context, setting_of

Result = TypeVar("Result")


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

    @property
    def is_open(self) -> bool:
        """A connection is taken, whether or not its transaction has begun."""
        return self._pooled is not None

    async def begin(self) -> DriverConnection:
        """The driver's connection, in the transaction. Raises DBAPIError."""
        if self.driver is None:
            self.driver = await self._first("BEGIN", self._begin)
        return self.driver

    def setting_of_alone(self) -> tuple[str, UUID] | None:
        """What a statement must announce to be sent alone; None if it needs the transaction."""
        options = self.engine.get_execution_options()
        if self.driver or "isolation_level" in options or not options.get(READS_ALONE):
            return None
        return setting_of(self._context)

    async def send_alone(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """The driver's records, before anything has begun. Raises DBAPIError."""
        return await self._first(sql, lambda driver: driver.fetch(sql, *arguments))

    async def at_commit(self, statement: Prepared, value: bytes) -> None:
        """Sent together with COMMIT. Raises DBAPIError."""
        driver = await self.begin()
        adapted: Any = self._pooled.dbapi_connection  # type: ignore[union-attr]  # it has begun
        try:
            adapted._transaction.at_commit.append(await driver.as_text(statement, value))
        except Exception as error:
            raise_refused(self._dbapi, error, statement.sql, closed=driver.is_closed())

    def for_orm(self) -> Connection:
        """The same connection, once begun, for SQLAlchemy to commit or to roll back."""
        self._for_orm = self._for_orm or Connection(self.engine, self._pooled)
        return self._for_orm

    async def end(self, *, commit: bool = False) -> None:
        """Does nothing a second time. Raises DBAPIError."""
        pooled, driver = self._pooled, self.driver
        self.driver = self._pooled = self._for_orm = None
        if pooled is None:
            return
        try:
            if driver is not None:
                await self._end(pooled, driver, commit=commit)
        finally:
            _give_back(pooled)

    async def _end(
        self, pooled: PoolProxiedConnection, driver: DriverConnection, *, commit: bool
    ) -> None:
        adapted: Any = pooled.dbapi_connection
        if adapted is None or adapted._transaction is None:
            return
        end = adapted._transaction.commit if commit else adapted._transaction.rollback
        try:
            await adapted._call_and_discard(end)
        except Exception as error:
            raise_refused(self._dbapi, error, "COMMIT", closed=driver.is_closed())

    async def _first(self, sql: str, send: Callable[[Any], Awaitable[Result]]) -> Result:
        """What comes of `send`, which is the pre-ping: nothing ran before it, so a dead connection
        is simply replaced, once."""
        is_second = False
        while True:
            pooled = self._pooled = self._pooled or await self._from_pool()
            driver: Any = pooled.driver_connection
            try:
                return await send(driver)
            except BaseException as error:
                dead = driver.is_closed()
                if dead or driver.is_in_transaction() or not isinstance(error, Exception):
                    pooled.invalidate(error)
                    self._pooled = None
                if not isinstance(error, Exception):
                    raise
                if is_second or not dead:
                    raise_refused(self._dbapi, error, sql, closed=dead)
            is_second = True

    async def _begin(self, driver: DriverConnection) -> DriverConnection:
        if "isolation_level" in self.engine.get_execution_options():  # which comes before BEGIN
            self._for_orm = await greenlet_spawn(Connection, self.engine, self._pooled)
        driver.announced = announcement(self._context)
        adapted: Any = self._pooled.dbapi_connection  # type: ignore[union-attr]  # it is taken
        await adapted._start_transaction()
        return driver

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


def _give_back(pooled: PoolProxiedConnection) -> None:
    """One that is in a transaction still, or nobody knows in what, goes to nobody else."""
    driver: Any = pooled.driver_connection
    if driver is not None and (driver.is_closed() or driver.is_in_transaction()):
        pooled.invalidate()
    else:
        pooled.close()
