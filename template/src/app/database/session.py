"""Sessions that work for exactly one tenant, from their first statement to their last."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import await_, greenlet_spawn

from app.database import scoping
from app.database.engine import raise_refused
from app.database.statements import Statement
from app.database.tenancy import Context, RawSqlRefused
from app.database.transaction import Transaction


class ScopedSession(Session):
    """Knows its context and offers no way around it."""

    def __init__(self, *args: Any, context: Context, unscoped: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transaction = Transaction(cast(Engine, self.bind), context)
        self._context = context
        self._unscoped = unscoped

    @property
    def context(self) -> Context:
        return self._context

    @property
    def unscoped(self) -> bool:
        """True across tenants only: the session runs as another role, on another engine."""
        return self._unscoped

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        if not (execution_options or {}).get(scoping.RAW_SQL):
            scoping.require_tenant(self._context, "what a connection reaches")
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
        scoping.require_tenant(self._context, "what bulk_… methods write")
        raise RawSqlRefused("bulk_… methods pass by the session's checks: execute(insert(…), rows)")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _no_bulk


class ScopedAsyncSession(AsyncSession):
    sync_session: ScopedSession

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """The driver's records. For a repository's own statements, which say what narrows them.

        Raises DBAPIError.
        """
        session, transaction = self.sync_session, self.sync_session.transaction
        if session.identity_map or session.new:
            await self.flush()
        driver = transaction.driver or await transaction.begin()
        if session.in_nested_transaction():
            await greenlet_spawn(session.join)  # which makes the savepoint
        try:
            return cast(list[Any], await driver.fetch(statement.sql, *statement.arguments(values)))
        except Exception as error:
            dbapi = transaction.engine.dialect.loaded_dbapi
            raise_refused(dbapi, error, statement.sql, closed=driver.is_closed())

    @property
    def is_open(self) -> bool:
        """Something has begun that has not ended."""
        return self.sync_session.transaction.driver is not None or self.in_transaction()

    async def commit(self) -> None:
        if self.in_transaction():
            await super().commit()
        await self.sync_session.transaction.end(commit=True)

    async def rollback(self) -> None:
        await super().rollback()
        await self.sync_session.transaction.end()

    async def close(self) -> None:
        await super().close()
        await self.sync_session.transaction.end()


def open_session(
    engine: AsyncEngine, context: Context, *, unscoped: bool = False
) -> ScopedAsyncSession:
    """One session, one context. `unscoped` narrows nothing: for `app_admin`'s engine only."""
    return ScopedAsyncSession(
        engine,
        sync_session_class=ScopedSession,
        context=context,
        unscoped=unscoped,
        expire_on_commit=False,
    )


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
