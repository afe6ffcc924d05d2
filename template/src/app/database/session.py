"""A session works for exactly one tenant, from its first statement to its last."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any, Self, TypeVar

from anyio import CancelScope
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

from app.database.asyncpg.errors import is_outdated
from app.database.asyncpg.transaction import Transaction
from app.database.compiled.standalone import Reading
from app.database.compiled.statement import Prepared, Statement
from app.database.orm.session import OrmSession
from app.database.orm.verbs import OrmVerbs
from app.database.tenancy import Context

Result = TypeVar("Result")


class TenantSession(OrmVerbs):
    """One context, one transaction. Repositories use `read` and `fetch`; other queries use the ORM.

    Its ORM session is created by the first who asks for it: most requests never do.
    """

    def __init__(self, engine: AsyncEngine, context: Context, *, unscoped: bool = False) -> None:
        self.transaction = Transaction(engine.sync_engine, context)
        self._engine = engine
        self._unscoped = unscoped

    @property
    def context(self) -> Context:
        return self.transaction.context

    @property
    def unscoped(self) -> bool:
        """True across tenants only: the session runs as another role, on another engine."""
        return self._unscoped

    @cached_property
    def orm(self) -> AsyncSession:
        """SQLAlchemy's own session, in the same transaction and with the same tenant filter."""
        return AsyncSession(
            self._engine,
            sync_session_class=OrmSession,
            transaction=self.transaction,
            unscoped=self._unscoped,
            expire_on_commit=False,
        )

    @property
    def has_orm(self) -> bool:
        """True once somebody has asked for `orm`."""
        return "orm" in self.__dict__

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Run a compiled statement that says itself what it is filtered by. Raises DBAPIError."""
        self.transaction.has_written = True
        return await self._fetch(statement, values)

    async def _fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        if self.has_orm:
            await self.transaction.begin()
            await self._flush_orm()
        return await self.transaction.fetch(statement.sql, statement.arguments(values))

    async def read(self, statement: Reading, values: Mapping[str, Any]) -> list[Any]:
        """As `fetch`; until the transaction begins, a read is one of its own, in one round trip.

        READ COMMITTED makes no difference between the two.
        """
        setting = None if self.has_orm else self.transaction.standalone_setting()
        if setting is None:
            return await self._fetch(statement, values)
        alone = statement.alone
        return await self.transaction.fetch_standalone(
            alone.sql, alone.announcing(values, *setting)
        )

    async def at_commit(self, statement: Prepared, value: bytes) -> None:
        """Send it together with COMMIT, after those of earlier calls: it costs no round trip.

        Its result is discarded; its error is the commit's. Raises DBAPIError.
        """
        await self.transaction.at_commit(statement, value)

    async def send(
        self, send: Callable[..., Awaitable[Result]], *arguments: Any, **options: Any
    ) -> Result:
        """Send a statement of the ORM; again, once, if it found a dead connection or an old plan.

        As `Transaction` does: only with nothing done before it. Raises DBAPIError.
        """
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
        """True if a rollback would take something from the ORM session."""
        if not self.has_orm:
            return False
        held = self.orm.sync_session
        return bool(held.identity_map or held.new)

    async def _flush_orm(self) -> None:
        session: Any = self.orm.sync_session
        if self._holds_rows:
            await self.orm.flush()
        if session.in_nested_transaction():
            await greenlet_spawn(session.join_savepoint)

    @property
    def is_open(self) -> bool:
        """True if a transaction has begun and not ended, or a connection is checked out."""
        return self.transaction.is_open or (self.has_orm and self.orm.in_transaction())

    async def release(self) -> None:
        """Return the connection if nothing was written or locked; the next statement takes one.

        Call it before you await something else: a password, a mail server, another session.
        """
        if self.transaction.has_only_read and not self._holds_changes:
            await self.commit()

    @property
    def _holds_changes(self) -> bool:
        if not self.has_orm:
            return False
        held = self.orm.sync_session
        return bool(held.new or held.dirty or held.deleted or held.in_nested_transaction())

    async def commit(self) -> None:
        """Commit what compiled statements and the ORM have written. Raises DBAPIError."""
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
        with CancelScope(shield=True):
            await self.close()

    async def close(self) -> None:
        """Roll back what was not committed, and return the connection."""
        if self.has_orm:
            await self.orm.close()
        await self.transaction.end()


def open_session(engine: AsyncEngine, context: Context, *, unscoped: bool = False) -> TenantSession:
    """One session for one context. `unscoped` filters nothing: for `app_admin`'s engine only."""
    return TenantSession(engine, context, unscoped=unscoped)


ScopedAsyncSession = TenantSession  # the name before 2.0, until 3.0
