"""A session's one transaction: begun when it is needed, shared by the driver and the ORM."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from app.database.compiled import Prepared
from app.database.driver import OUTDATED, DriverConnection, announcement
from app.database.engine import READS_ALONE, raise_refused
from app.database.pool import give_back, take
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
        self._is_waiting = False

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
        if self.driver or self._has_level or not options.get(READS_ALONE):
            return None
        return setting_of(self._context)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """The driver's records, in the transaction, which begins with it if it has not begun.

        Raises DBAPIError.
        """
        if self.driver is None and not self._has_level:
            return await self._first(sql, lambda new: self._begin_with(new, sql, arguments))
        driver: Any = await self.begin()
        try:
            return cast(list[Any], await driver.fetch(sql, *arguments))
        except Exception as error:
            raise_refused(self._dbapi, error, sql, closed=driver.is_closed())

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
            give_back(self.engine, pooled)

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
            if commit or not driver.is_closed():  # which rolls back too
                raise_refused(self._dbapi, error, "COMMIT", closed=driver.is_closed())

    async def _first(self, sql: str, send: Callable[[Any], Awaitable[Result]]) -> Result:
        """Raises DBAPIError, or InvalidRequestError while it waits for another of the session."""
        if self._is_waiting:
            raise InvalidRequestError("a session's statements come one after the other")
        self._is_waiting = True
        try:
            return await self._send_first(sql, send)
        finally:
            self._is_waiting = False

    async def _send_first(self, sql: str, send: Callable[[Any], Awaitable[Result]]) -> Result:
        """What comes of `send`, which is the pre-ping: nothing ran before it, so a dead connection
        is simply replaced, once, and a plan that a migration has outdated is made anew. Otherwise a
        transaction that has begun goes on, even if `send` failed."""
        is_second = False
        while True:
            pooled = self._pooled = self._pooled or await take(self.engine)
            driver: Any = pooled.driver_connection
            try:
                return await send(driver)
            except OUTDATED as error:
                await self._undo(driver)
                if is_second:
                    raise_refused(self._dbapi, error, sql, closed=driver.is_closed())
            except BaseException as error:
                dead = driver.is_closed()
                lost = driver.is_in_transaction() and self.driver is None
                if dead or lost or not isinstance(error, Exception):
                    pooled.invalidate(error)
                    self.driver = self._pooled = None
                if not isinstance(error, Exception):
                    raise
                if is_second or not dead:
                    raise_refused(self._dbapi, error, sql, closed=dead)
            is_second = True

    async def _undo(self, driver: DriverConnection) -> None:
        """Ends what the first statement has begun, on a connection that is kept."""
        adapted: Any = self._pooled.dbapi_connection  # type: ignore[union-attr]  # it is taken
        adapted._transaction = self.driver = None
        with suppress(Exception):  # the connection is dead, as `send` will find out
            await driver.execute("ROLLBACK")

    async def _begin_with(
        self, driver: DriverConnection, sql: str, values: Sequence[Any]
    ) -> list[Any]:
        driver.announced = announcement(self._context)
        transaction = driver.transaction()
        try:
            return await driver.fetch_after(transaction.begin, sql, values)
        finally:
            if driver.is_in_transaction():
                adapted: Any = self._pooled.dbapi_connection  # type: ignore[union-attr]  # it is taken
                adapted._transaction, self.driver = transaction, driver

    async def _begin(self, driver: DriverConnection) -> DriverConnection:
        if self._has_level:  # which comes before BEGIN
            self._for_orm = await greenlet_spawn(Connection, self.engine, self._pooled)
        driver.announced = announcement(self._context)
        adapted: Any = self._pooled.dbapi_connection  # type: ignore[union-attr]  # it is taken
        await adapted._start_transaction()
        return driver

    @property
    def _has_level(self) -> bool:
        """Of isolation, other than the database's own."""
        return "isolation_level" in self.engine.get_execution_options()

    @property
    def _dbapi(self) -> Any:
        return self.engine.dialect.loaded_dbapi
