"""Sessions that work for exactly one tenant, from their first statement to their last."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from app.database import scoping
from app.database.engine import CONTEXT, DriverConnection, raise_refused
from app.database.statements import Statement
from app.database.tenancy import Context, RawSqlRefused


class ScopedSession(Session):
    """Knows its context and offers no way around it."""

    def __init__(self, *args: Any, context: Context, unscoped: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, execution_options={CONTEXT: context}, **kwargs)
        self.driver: DriverConnection | None = None
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

    def reach_driver(self) -> DriverConnection:
        """The connection of this transaction, begun; good until a savepoint begins or ends."""
        driver: Any = super().connection().connection.driver_connection
        self.driver = driver
        return cast(DriverConnection, driver)

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
        session = self.sync_session
        if session.identity_map or session.new:
            await self.flush()
        driver = session.driver or await self.run_sync(lambda _: session.reach_driver())
        try:
            return cast(list[Any], await driver.fetch(statement.sql, *statement.arguments(values)))
        except Exception as error:
            dbapi = session.get_bind().dialect.loaded_dbapi
            raise_refused(dbapi, error, statement.sql, closed=driver.is_closed())


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


@event.listens_for(ScopedSession, "after_transaction_create")
@event.listens_for(ScopedSession, "after_transaction_end")
def _let_go(session: ScopedSession, _: SessionTransaction) -> None:
    """A savepoint is made when its connection is asked for again."""
    session.driver = None


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
