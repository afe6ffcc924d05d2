"""Sessions that work for exactly one tenant, from their first statement to their last."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import await_, greenlet_spawn

from app.database import scoping
from app.database.compiled import Prepared, Statement
from app.database.engine import is_outdated
from app.database.reading import Reading
from app.database.tenancy import Context, RawSqlRefused
from app.database.transaction import Transaction

Send = TypeVar("Send", bound=Callable[..., Awaitable[Any]])


class Scoped:
    """Whose rows a session reaches, which nobody exchanges."""

    transaction: Transaction
    _unscoped: bool

    @property
    def context(self) -> Context:
        return self.transaction.context

    @property
    def unscoped(self) -> bool:
        """True across tenants only: the session runs as another role, on another engine."""
        return self._unscoped


class ScopedSession(Scoped, Session):
    """Knows its context and offers no way around it."""

    def __init__(self, *args: Any, transaction: Transaction, unscoped: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transaction = transaction
        self._unscoped = unscoped

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        if not (execution_options or {}).get(scoping.RAW_SQL):
            scoping.require_tenant(self.context, "what a connection reaches")
            raise RawSqlRefused(f'connection() needs execution_options {scoping.RAW_SQL}="reason"')
        return super().connection(bind_arguments, execution_options)

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Whatever the ORM sends takes part in the session's transaction."""
        await_(self.transaction.begin())
        return self.transaction.for_orm()

    def join(self) -> None:
        """The ORM takes part in what the driver has begun: its commit is the driver's too."""
        if self.transaction.driver is not None:
            super().connection()

    def _no_bulk(self, *_: Any, **__: Any) -> None:
        scoping.require_tenant(self.context, "what bulk_… methods write")
        raise RawSqlRefused("bulk_… methods pass by the session's checks: execute(insert(…), rows)")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _no_bulk


def _sent_again(send: Send) -> Send:
    """As `Transaction` does: with nothing done before it, a statement is sent again, once, that
    found a dead connection or a plan of another time."""

    @wraps(send)
    async def sending(session: "ScopedAsyncSession", *arguments: Any, **options: Any) -> Any:
        is_first = session.transaction.driver is None and not session.holds_rows
        try:
            return await send(session, *arguments, **options)
        except DBAPIError as error:
            if not is_first or not (error.connection_invalidated or is_outdated(error)):
                raise
        await session.rollback()
        return await send(session, *arguments, **options)

    return cast(Send, sending)


class ScopedAsyncSession(Scoped, AsyncSession):
    """Its half of the ORM is made for whoever first asks for it: most requests never do."""

    sync_session: ScopedSession
    execute = _sent_again(AsyncSession.execute)
    scalar = _sent_again(AsyncSession.scalar)  # type: ignore[assignment, arg-type]  # overloads

    def __init__(self, engine: AsyncEngine, context: Context, *, unscoped: bool = False) -> None:
        self.transaction = Transaction(engine.sync_engine, context)
        self._engine = engine
        self._unscoped = unscoped

    def __getattr__(self, name: str) -> Any:
        """Where an attribute is missing, SQLAlchemy's constructor has not run yet."""
        if self._has_orm:
            raise AttributeError(name)
        super().__init__(
            self._engine,
            sync_session_class=ScopedSession,
            transaction=self.transaction,
            unscoped=self._unscoped,
            expire_on_commit=False,
        )
        return getattr(self, name)

    @property
    def _has_orm(self) -> bool:
        return "sync_session" in self.__dict__

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """The driver's records. For a repository's own statements, which say what narrows them.

        Raises DBAPIError.
        """
        if self._has_orm:
            await self.transaction.begin()
            await self._write_what_the_orm_holds()
        return await self.transaction.fetch(statement.sql, statement.arguments(values))

    async def read(self, statement: Reading, values: Mapping[str, Any]) -> list[Any]:
        """As `fetch`. Until a transaction begins each is one of its own, in a single round trip.

        READ COMMITTED makes no difference between the two.
        """
        transaction = self.transaction
        setting = None if self._has_orm else transaction.setting_of_alone()
        if setting is None:
            return await self.fetch(statement, values)
        alone = statement.alone
        return await transaction.send_alone(alone.sql, alone.announcing(values, *setting))

    async def at_commit(self, statement: Prepared, value: bytes) -> None:
        """Sent together with COMMIT, after those of earlier calls: it costs no round trip.

        Nobody hears what comes of it; its error is the commit's. Raises DBAPIError.
        """
        await self.transaction.at_commit(statement, value)

    @property
    def holds_rows(self) -> bool:
        """A rollback would take something from the session."""
        return self._has_orm and bool(self.sync_session.identity_map or self.sync_session.new)

    async def _write_what_the_orm_holds(self) -> None:
        session = self.sync_session
        if self.holds_rows:
            await self.flush()
        if session.in_nested_transaction():
            await greenlet_spawn(session.join)  # which makes the savepoint

    @property
    def is_open(self) -> bool:
        """Something has begun that has not ended, or a connection waits to be given back."""
        return self.transaction.is_open or (self._has_orm and self.in_transaction())

    async def commit(self) -> None:
        if self._has_orm and self.in_transaction():
            await super().commit()
        await self.transaction.end(commit=True)

    async def rollback(self) -> None:
        if self._has_orm:
            await super().rollback()
        await self.transaction.end()

    async def close(self) -> None:
        if self._has_orm:
            await super().close()
        await self.transaction.end()


def open_session(
    engine: AsyncEngine, context: Context, *, unscoped: bool = False
) -> ScopedAsyncSession:
    """One session, one context. `unscoped` narrows nothing: for `app_admin`'s engine only."""
    return ScopedAsyncSession(engine, context, unscoped=unscoped)


@event.listens_for(ScopedSession, "before_commit")
def _commit_all(session: ScopedSession) -> None:
    session.join()


@event.listens_for(ScopedSession, "after_transaction_end")
def _end_all(session: ScopedSession, transaction: SessionTransaction) -> None:
    """What the ORM has not committed is rolled back, whoever sent it."""
    if transaction.parent is None:
        await_(session.transaction.end())


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: Any) -> Any:
    if not state.session.unscoped:
        return scoping.narrow(state, state.session.context)


@event.listens_for(ScopedSession, "before_flush")
def _check_rows(session: ScopedSession, *_: Any) -> None:
    if not session.unscoped:
        scoping.check_flush(session, session.context)


@event.listens_for(ScopedSession, "before_attach")
def _check_stranger(session: ScopedSession, row: object) -> None:
    if not session.unscoped:
        scoping.refuse_stranger(row, session.context)
