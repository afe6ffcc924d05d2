"""The ORM session of a `TenantSession`: the tenant filter checks each statement and row."""

from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.util import await_

from app.database.asyncpg.transaction import Transaction
from app.database.orm import tenant_filter
from app.database.tenancy import Context, RawSqlRefused

RELEASABLE = "releasable"
"""Execution option of raw SQL: `release` may give up what the statement locks."""


class OrmSession(Session):
    """A session in its TenantSession's transaction, without methods that bypass the filter."""

    def __init__(self, *args: Any, transaction: Transaction, unscoped: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transaction = transaction
        self._unscoped = unscoped
        self.is_committed = False

    @property
    def context(self) -> Context:
        return self.transaction.context

    @property
    def unscoped(self) -> bool:
        return self._unscoped

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        """Return an unfiltered connection. Raises RawSqlRefused without `raw_sql="reason"`."""
        if not (execution_options or {}).get(tenant_filter.RAW_SQL):
            tenant_filter.require_tenant(self.context, "what a connection reaches")
            raise RawSqlRefused(
                f'connection() needs execution_options {tenant_filter.RAW_SQL}="reason"'
            )
        self.transaction.note_text()
        return super().connection(bind_arguments, execution_options)

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return the transaction's connection, so that everything the ORM sends joins it."""
        await_(self.transaction.begin())
        return self.transaction.for_orm()

    def join_savepoint(self) -> None:
        """Send the SAVEPOINT of `begin_nested`, which the ORM delays until its first statement."""
        super().connection()

    def _no_bulk(self, *_: Any, **__: Any) -> None:
        tenant_filter.require_tenant(self.context, "what bulk_… methods write")
        raise RawSqlRefused("bulk_… methods pass by the session's checks: execute(insert(…), rows)")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _no_bulk


@event.listens_for(OrmSession, "after_commit")
def _note_commit(session: OrmSession) -> None:
    session.is_committed = not session.in_nested_transaction()


@event.listens_for(OrmSession, "after_transaction_end")
def _end(session: OrmSession, transaction: SessionTransaction) -> None:
    """Commit if the ORM committed, else roll back, including compiled statements."""
    if transaction.parent is None:
        commit, session.is_committed = session.is_committed, False
        await_(session.transaction.end(commit=commit))


@event.listens_for(OrmSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> Any:
    session: Any = state.session
    if isinstance(state.statement, TextClause) and not _only_reads(state):
        session.transaction.note_text()
    elif not _only_reads(state):
        session.transaction.has_written = True
    if not session.unscoped:
        return tenant_filter.apply_tenant_filter(state, session.context)


@event.listens_for(OrmSession, "before_flush")
def _check_rows(session: OrmSession, *_: Any) -> None:
    session.transaction.has_written = True
    if not session.unscoped:
        tenant_filter.check_flush(session, session.context)


@event.listens_for(OrmSession, "before_attach")
def _check_row(session: OrmSession, row: object) -> None:
    if not session.unscoped:
        tenant_filter.refuse_foreign_row(row, session.context)


def _only_reads(state: ORMExecuteState) -> bool:
    """True for a SELECT without FOR UPDATE; raw SQL has to declare it (RELEASABLE)."""
    if state.execution_options.get(RELEASABLE):
        return True
    statement = state.statement
    return isinstance(statement, (Select, CompoundSelect)) and statement._for_update_arg is None
