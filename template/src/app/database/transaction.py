"""A session's one transaction: begun at its first statement, shared by the driver and the ORM."""

from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import await_

from app.database.engine import DriverConnection, announcement, raise_refused
from app.database.tenancy import Context


class Transaction:
    """On one connection of the pool, for one context. Its methods wait: call them in a greenlet."""

    def __init__(self, engine: Engine, context: Context) -> None:
        self.engine = engine
        self.context = context
        self.driver: DriverConnection | None = None
        self._pooled: PoolProxiedConnection | None = None
        self._for_orm: Connection | None = None

    def begin(self) -> DriverConnection:
        """The driver's connection, in the transaction. Raises DBAPIError.

        BEGIN is the pre-ping: nothing ran before it, so a dead connection is simply replaced.
        """
        if self.driver is None:
            self.driver = self._begin() or self._begin(last=True)
        return cast(DriverConnection, self.driver)

    def connection(self) -> Connection:
        """The same for SQLAlchemy, which then commits or rolls back itself."""
        self.begin()
        self._for_orm = self._for_orm or Connection(self.engine, self._pooled)
        return self._for_orm

    def end(self, *, commit: bool = False) -> None:
        """Does nothing a second time. Raises DBAPIError."""
        pooled, driver = self._pooled, self.driver
        self.driver = self._pooled = self._for_orm = None
        if pooled is None or driver is None:
            return
        try:
            if commit:
                cast(Any, pooled).commit()
        except Exception as error:
            raise_refused(self._dbapi, error, "COMMIT", closed=driver.is_closed())
        finally:
            pooled.close()

    def _begin(self, *, last: bool = False) -> DriverConnection | None:
        """None if the connection was dead and another may be tried."""
        driver: Any = None
        pooled: Any = None
        try:
            pooled = self.engine.raw_connection()
            driver = pooled.driver_connection
            if self.engine.get_execution_options():  # an isolation level, which comes before BEGIN
                self._for_orm = Connection(self.engine, pooled)
            driver.announced = announcement(self.context)
            await_(pooled.dbapi_connection._start_transaction())
        except BaseException as error:
            if pooled is not None:
                pooled.invalidate(error)
            if not isinstance(error, self._dbapi.Error):
                raise
            dead = driver is not None and driver.is_closed()
            if dead and not last:
                return None
            raise_refused(self._dbapi, error, "BEGIN", closed=dead)
        self._pooled = pooled
        return cast(DriverConnection, driver)

    @property
    def _dbapi(self) -> Any:
        return self.engine.dialect.loaded_dbapi
