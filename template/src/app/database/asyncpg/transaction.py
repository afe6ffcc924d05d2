"""A session's only transaction: begun on demand, shared by compiled statements and the ORM.

BEGIN and COMMIT are sent only here. The ORM uses the same connection in SQLAlchemy's AUTOCOMMIT
mode, in which SQLAlchemy sends neither.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection as OrmConnection
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.pool import PoolProxiedConnection

from app.database.compiled.standalone import SINGLE_STATEMENT_READS
from app.database.compiled.statement import Prepared
from app.database.tenancy import Context, setting_of

from .connection import Connection, begin_sql
from .errors import ABORTED, OUTDATED, raise_refused
from .pool import Pooled, checkin, checkout
from .savepoints import WRITE, Savepoints, release, roll_back

AT_BEGIN = "at_begin"
"""The engine option with statements to run after each BEGIN."""

READ_ONLY = "SET TRANSACTION READ ONLY"


class Transaction:
    """One transaction on one pooled connection, for one context."""

    def __init__(self, engine: Engine, context: Context, *, read_only: bool = False) -> None:
        self.engine = engine
        self._read_only = read_only
        self._context = context
        self.connection: Connection | None = None
        self._pooled: Pooled | None = None
        self._for_orm: OrmConnection | None = None
        self._at_commit: list[str] = []
        self._is_waiting = False
        self._savepoints = Savepoints()
        self.has_written = False
        """True once something was written or locked: then only `end` returns the connection."""
        self.locked: dict[UUID, Any] = {}
        """Rows as they were read when they were locked, by id."""
        self.kept: dict[Any, Any] = {}
        """State of callers, such as numbers taken ahead. It ends with the transaction, and a
        rollback to a savepoint restores it."""

    @property
    def context(self) -> Context:
        return self._context

    @property
    def is_open(self) -> bool:
        """True while a connection is checked out, whether or not its transaction has begun."""
        return self._pooled is not None

    @property
    def has_only_read(self) -> bool:
        """True if the transaction may end now and another one continue later.

        In READ COMMITTED, without locks, each statement sees its own snapshot in either case.
        """
        return self.is_open and not self.has_written and not self._isolation_level

    async def begin(self) -> Connection:
        """Begin unless already begun; return the driver's connection. Raises DBAPIError."""
        if self.connection is None:
            await self._send_first(self._begin_sql(), "", ())
        return cast(Connection, self.connection)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """Run the statement, preceded by BEGIN if the transaction has not begun.

        Return the driver's records. Raises DBAPIError.
        """
        if self.connection is None:
            return await self._send_first(self._begin_sql(), sql, arguments)
        try:
            return await self.connection.send(self._ahead(), sql, arguments)
        except Exception as error:
            raise_refused(self._dbapi, error, sql, closed=self.connection.is_closed())

    async def write(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """Run like `fetch`, but if the statement fails, the transaction continues as it was before.

        If nothing was sent before, there is nothing to keep: the transaction ends, and the next
        statement begins another one. Otherwise a savepoint is sent ahead, in the same round trip.
        """
        if self.connection is not None:
            return await self._write_after_savepoint(self.connection, sql, arguments)
        try:
            return await self._send_first(self._begin_sql(), sql, arguments)
        except DBAPIError:
            await self.end()
            raise

    async def _write_after_savepoint(
        self, connection: Connection, sql: str, arguments: Sequence[Any]
    ) -> list[Any]:
        ahead = self._ahead(WRITE)
        try:
            records = await connection.send(ahead, sql, arguments)
            if not self._is_alone:
                await connection.send((), release(WRITE), ())
        except ABORTED as error:  # by an earlier statement: nothing may be continued
            raise_refused(self._dbapi, error, sql, closed=False)
        except Exception as error:
            with suppress(Exception):  # aborted before, or lost: the next statement is refused
                await connection.send((), roll_back(WRITE), ())
            raise_refused(self._dbapi, error, sql, closed=connection.is_closed())
        except BaseException as error:
            self._invalidate(error)
            raise
        return records

    @asynccontextmanager
    async def as_one(self) -> AsyncIterator[None]:
        """Undo all that the block wrote if it raises; the transaction goes on as it was before.

        A savepoint is sent ahead of the block's first statement, in the same round trip. If nothing
        was sent before, the block is all there is, and the transaction ends.
        """
        is_all, locked = self.connection is None, dict(self.locked)
        kept, before = self.kept, dict(self.kept)
        with self._savepoints.block(is_all=is_all) as name:
            try:
                yield
            except Exception:
                if is_all:
                    await self.end()
                elif name in self._savepoints.begun:
                    with suppress(Exception):  # aborted before, or lost: what follows is refused
                        await self._send_all([roll_back(name), *self._leaving(name)])
                    self.locked = locked
                if self.kept is kept:  # not after a commit within the block
                    kept.clear()
                    kept.update(before)
                raise
            if name in self._savepoints.begun:
                await self._send_all(self._leaving(name))

    def _leaving(self, block: str) -> list[str]:
        return self._savepoints.leave(block, alone=self._is_alone)

    async def _send_all(self, statements: Sequence[str]) -> None:
        """Send them, unless the connection is lost."""
        for each in statements:
            if self.connection is not None:
                await self.connection.send((), each, ())

    def _ahead(self, *names: str) -> list[str]:
        return self._savepoints.ahead(*names, alone=self._is_alone)

    @property
    def _is_alone(self) -> bool:
        return self._for_orm is None

    def note_text(self) -> None:
        """Note that SQL written as text was run, which may have written or locked."""
        self.has_written = True

    def standalone_setting(self) -> tuple[str, UUID] | None:
        """Return the setting that a standalone read must set, or None if it is not possible."""
        options = self.engine.get_execution_options()
        if self.connection or self._isolation_level or not options.get(SINGLE_STATEMENT_READS):
            return None
        return setting_of(self._context)

    async def fetch_standalone(self, sql: str, arguments: Sequence[Any]) -> list[Any]:
        """Run a statement as its own transaction, and return the connection at once.

        Raises DBAPIError.
        """
        records = await self._send_first((), sql, arguments)
        await self.end()
        return records

    async def at_commit(self, statement: Prepared, value: bytes) -> None:
        """Send the statement together with COMMIT. Raises DBAPIError."""
        self.has_written = True
        connection = await self.begin()
        try:
            self._at_commit.append(await connection.as_text(statement, value))
        except Exception as error:
            raise_refused(self._dbapi, error, statement.sql, closed=connection.is_closed())

    def for_orm(self) -> OrmConnection:
        """Return the same connection for the ORM. Call it once the transaction has begun."""
        if self._for_orm is None:
            connection = OrmConnection(self.engine, cast(PoolProxiedConnection, self._pooled))
            self._for_orm = connection.execution_options(isolation_level="AUTOCOMMIT")
        return self._for_orm

    async def end(self, *, commit: bool = False) -> None:
        """Commit or roll back, and return the connection; a second call does nothing.

        Raises DBAPIError.
        """
        pooled, connection, ahead = self._pooled, self.connection, self._at_commit
        self.connection = self._pooled = self._for_orm = None
        self._at_commit, self.has_written = [], False
        self.locked, self.kept = {}, {}
        self._savepoints.clear()
        if pooled is None:
            return
        try:
            if connection is not None:
                await (connection.commit(ahead) if commit else connection.rollback())
        except Exception as error:
            closed = connection is None or connection.is_closed()
            if commit or not closed:  # PostgreSQL rolls back a lost connection
                raise_refused(self._dbapi, error, "COMMIT", closed=closed)
        finally:
            checkin(self.engine, pooled)

    async def _send_first(
        self, ahead: Sequence[str], sql: str, arguments: Sequence[Any]
    ) -> list[Any]:
        """Send the first statement. Raises DBAPIError, or InvalidRequestError on concurrent use."""
        if self._is_waiting:
            raise InvalidRequestError("a session's statements come one after the other")
        self._is_waiting = True
        try:
            return await self._send_or_reconnect(ahead, sql, arguments)
        except Exception:
            if not ahead:  # the connection was lent for this statement only
                await self.end()
            raise
        finally:
            self._is_waiting = False

    async def _send_or_reconnect(
        self, ahead: Sequence[str], sql: str, arguments: Sequence[Any]
    ) -> list[Any]:
        """Send it on a pooled connection; retry once if that is dead or its plan is outdated.

        The statement is its own pre-ping: nothing of this session ran before it, so nothing is lost
        with a dead connection, or with a plan that a migration has outdated. After a cancellation
        the state of the server is unknown, so the connection is never reused. If the statement
        failed but BEGIN did not, the transaction continues until its rollback.
        """
        may_repeat = True
        while True:
            pooled = self._pooled = self._pooled or await checkout(
                self.engine, for_one_statement=not ahead
            )
            connection: Any = pooled.driver_connection
            try:
                records: list[Any] = await connection.send(ahead, sql, arguments)
            except OUTDATED as error:
                await self._undo(connection)
                if not may_repeat:
                    raise_refused(self._dbapi, error, sql, closed=connection.is_closed())
                may_repeat = False
            except Exception as error:
                closed = connection.is_closed()
                # Only the statement failed: keep the transaction, so that the caller can roll it
                # back.
                if sql and connection.is_in_transaction():
                    self.connection = connection
                elif closed or connection.is_in_transaction():
                    self._invalidate(error)
                # Retry only once, and only on a dead connection: any other error is the statement's
                # own.
                if not (closed and may_repeat):
                    raise_refused(self._dbapi, error, sql or "BEGIN", closed=closed)
                may_repeat = False
            except BaseException as error:
                self._invalidate(error)
                raise
            else:
                self.connection = connection if ahead else None
                return records

    async def _undo(self, connection: Connection) -> None:
        """Roll back the failed first statement's transaction; the connection is kept."""
        if connection.is_in_transaction():
            with suppress(Exception):  # a dead connection is detected by the next statement
                await connection.rollback()

    def _invalidate(self, error: BaseException) -> None:
        if self._pooled is not None:
            self._pooled.invalidate(error)
        self.connection = self._pooled = None
        self.locked, self.kept = {}, {}

    def _begin_sql(self) -> list[str]:
        at_begin = self.engine.get_execution_options().get(AT_BEGIN, ())
        own = [READ_ONLY] if self._read_only else []
        return [*begin_sql(self._context, self._isolation_level), *own, *at_begin]

    @property
    def _isolation_level(self) -> str | None:
        """The engine's isolation level, or None for the database's default."""
        level: str | None = self.engine.get_execution_options().get("isolation_level")
        return level

    @property
    def _dbapi(self) -> Any:
        return self.engine.dialect.loaded_dbapi
