"""A session for exactly one tenant, from its first statement to its last."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, Self, TypeVar
from uuid import UUID

from anyio import CancelScope
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

from app.database.asyncpg.errors import is_outdated
from app.database.asyncpg.read_only import ReadOnlyTransaction
from app.database.asyncpg.transaction import Transaction
from app.database.cluster import CLUSTERED
from app.database.compiled.standalone import ReadStatement
from app.database.compiled.statement import Prepared, Statement
from app.database.orm.session import OrmSession
from app.database.orm.verbs import OrmVerbs
from app.database.tenancy import Context

Result = TypeVar("Result")


class TenantSession(OrmVerbs):
    """One context, one transaction. Repositories use `read` and `fetch`; other queries use the ORM.

    The ORM session is created on demand: most requests never need it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        context: Context,
        *,
        unscoped: bool = False,
        read_only: bool = False,
    ) -> None:
        self.transaction = Transaction(engine.sync_engine, context, read_only=read_only)
        self.expected: dict[UUID, datetime] = {}
        """The `updated_at` that rows to be changed or deleted must have, by id."""
        self._engine = engine
        self._unscoped = unscoped

    @property
    def context(self) -> Context:
        return self.transaction.context

    @property
    def kept(self) -> dict[Any, Any]:
        """State of callers for the time of the transaction. `as_one` undoes its changes too."""
        return self.transaction.kept

    @property
    def unscoped(self) -> bool:
        """True for work across tenants, which uses another role on another engine."""
        return self._unscoped

    @property
    def is_clustered(self) -> bool:
        """True on the coordinator of a Citus cluster."""
        return bool(self.transaction.engine.get_execution_options().get(CLUSTERED))

    @cached_property
    def orm(self) -> AsyncSession:
        """SQLAlchemy's own session, in the same transaction and with the tenant filter."""
        return AsyncSession(
            self._engine,
            sync_session_class=OrmSession,
            transaction=self.transaction,
            unscoped=self._unscoped,
            expire_on_commit=False,
        )

    @property
    def has_orm(self) -> bool:
        """True once `orm` was used."""
        return "orm" in self.__dict__

    def note_lock(self, row: Any) -> None:
        self.transaction.locked[row.id] = row

    def has_locked(self, row: Any) -> bool:
        """True if the row was locked when it was read, so that nobody has changed it since.

        False once `orm` was used, for the rollback of a savepoint releases its locks.
        """
        return self.transaction.locked.get(row.id) is row and not self.has_orm

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Run a compiled statement, which contains its own filter. Raises DBAPIError."""
        self.transaction.has_written = True
        return await self._fetch(statement, values)

    async def write(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Run like `fetch`, but a statement that fails undoes nothing else. Raises DBAPIError."""
        self.transaction.has_written = True
        await self._join_orm()
        return await self.transaction.write(statement.sql, statement.arguments(values))

    @asynccontextmanager
    async def as_one(self) -> AsyncIterator[None]:
        """Undo all that the block wrote if it raises, and nothing else. Raises DBAPIError.

        Not around what changes the same row again and again in a transaction, such as a counter:
        PostgreSQL then compares each change with all savepoints before it.
        """
        await self._join_orm()
        async with self.transaction.as_one():
            yield

    async def _fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        await self._join_orm()
        return await self.transaction.fetch(statement.sql, statement.arguments(values))

    async def read(self, statement: ReadStatement, values: Mapping[str, Any]) -> list[Any]:
        """Fetch standalone, in one round trip, if the transaction has not begun.

        In READ COMMITTED both see the same.
        """
        setting = None if self.has_orm else self.transaction.standalone_setting()
        if setting is None:
            return await self._fetch(statement, values)
        standalone = statement.standalone
        return await self.transaction.fetch_standalone(
            standalone.sql, standalone.with_setting(values, *setting)
        )

    async def at_commit(self, statement: Prepared, value: bytes) -> None:
        """Send the statement together with COMMIT, in order of calls: it costs no round trip.

        Its result is discarded; its error is raised by the commit. Raises DBAPIError.
        """
        await self.transaction.at_commit(statement, value)

    async def send(
        self, send: Callable[..., Awaitable[Result]], *arguments: Any, **options: Any
    ) -> Result:
        """Send a statement of the ORM; retry once on a dead connection or an outdated plan.

        As in `Transaction`, only if nothing was done before it. Raises DBAPIError.
        """
        # Only a session's first statement may be repeated: after it there could be writes, locks or
        # loaded rows that the rollback below would lose.
        is_first = self.transaction.connection is None and not self._holds_rows
        try:
            return await send(*arguments, **options)
        except DBAPIError as error:
            if not is_first or not (error.connection_invalidated or is_outdated(error)):
                raise
        await self.rollback()
        return await send(*arguments, **options)

    @property
    def _holds_rows(self) -> bool:
        """True if a rollback would expire or expunge rows of the ORM session."""
        if not self.has_orm:
            return False
        held = self.orm.sync_session
        return bool(held.identity_map or held.new)

    async def _join_orm(self) -> None:
        """Send what the ORM session has not sent yet, if there is one, and its savepoint."""
        if not self.has_orm:
            return
        await self.transaction.begin()
        session: Any = self.orm.sync_session
        if self._holds_rows:
            await self.orm.flush()
        if session.in_nested_transaction():
            await greenlet_spawn(session.join_savepoint)

    @property
    def is_open(self) -> bool:
        """True while a transaction is open or a connection is checked out."""
        return self.transaction.is_open or (self.has_orm and self.orm.in_transaction())

    async def release(self) -> None:
        """Return the connection if nothing was written or locked; the next statement gets another.

        Call it before awaiting anything else: a password hash, a mail server, another session.
        """
        if self.transaction.has_only_read and not self._holds_changes:
            await self.commit()

    @property
    def writes(self) -> bool:
        """True once something was written or locked, or waits to be flushed."""
        return self.transaction.has_written or self._holds_changes

    @property
    def _holds_changes(self) -> bool:
        if not self.has_orm:
            return False
        held = self.orm.sync_session
        return bool(held.new or held.dirty or held.deleted or held.in_nested_transaction())

    async def commit(self) -> None:
        """Commit the work of compiled statements and of the ORM. Raises DBAPIError."""
        if self.has_orm and self.orm.in_transaction():
            await self.orm.commit()
        await self.transaction.end(commit=True)

    async def rollback(self) -> None:
        if self.has_orm:
            await self.orm.rollback()
        await self.transaction.end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # The rollback must run even if the request was cancelled, or the connection is lost.
        with CancelScope(shield=True):
            await self.close()

    async def close(self) -> None:
        """Roll back uncommitted work, and return the connection."""
        if self.has_orm:
            await self.orm.close()
        await self.transaction.end()


class ReadOnlySession(TenantSession):
    """Reads from a replica, and goes over to the primary if that does not answer any more.

    Raises ReadsOnly for what writes or locks.
    """

    def __init__(self, engine: AsyncEngine, context: Context, *, primary: AsyncEngine) -> None:
        super().__init__(engine, context)
        self.transaction = ReadOnlyTransaction(engine.sync_engine, context, primary.sync_engine)


def open_session(
    engine: AsyncEngine, context: Context, *, unscoped: bool = False, read_only: bool = False
) -> TenantSession:
    """Open a session for one context. `unscoped` filters nothing: for `app_admin`'s engine only.

    With `read_only` PostgreSQL refuses to write.
    """
    return TenantSession(engine, context, unscoped=unscoped, read_only=read_only)


ScopedAsyncSession = TenantSession  # the name before 2.0; removed in 3.0
