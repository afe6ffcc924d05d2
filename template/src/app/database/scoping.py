"""What a session does to each statement and each row: narrow, stamp, refuse.

The second of the four layers of tenancy; row security in Postgres is the third and does not rely on this one.
"""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, TextClause, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from app.database.base import Base
from app.database.mixins import TenantMixin
from app.database.tenancy import (
    Context,
    PersonContext,
    RawSqlRefused,
    TenantContext,
    TenantContextRequired,
    TenantMismatch,
)

RAW_SQL = "raw_sql"


def narrow(state: ORMExecuteState, context: Context) -> Any:
    """Narrows a statement to the context, or refuses it."""
    if state.execution_options.get(RAW_SQL):
        return None
    if _is_text(state.statement):
        _required(context, "what text() reaches")
        raise RawSqlRefused(f'text() needs execution_options({RAW_SQL}="reason")')
    if not isinstance(context, TenantContext):
        return _narrow_to_person(state, context)
    if not state.is_orm_statement:
        return _refuse_tables(state.statement)
    if state.is_insert or state.is_update:
        return _stamp_parameters(state, context.tenant_id)
    _narrow_to_tenant(state, context.tenant_id)


def check_flush(session: Session, context: Context) -> None:
    """Stamps new rows of tenants with the context; refuses those of another tenant."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantMixin):
            _stamp(row, _required(context, type(row).__name__))


def refuse_stranger(row: object, context: Context) -> None:
    """A row that was loaded for one tenant does not enter another's session."""
    if not isinstance(row, TenantMixin) or not isinstance(context, TenantContext):
        return
    identity = inspect(row).identity
    if identity is not None and identity[0] != context.tenant_id:
        raise TenantMismatch(f"this {type(row).__name__} belongs to another tenant")


def _required(context: Context, what: str) -> UUID:
    if not isinstance(context, TenantContext):
        raise TenantContextRequired(f"{what} may belong to tenants, and this session works for none")
    return context.tenant_id


def _stamp(row: TenantMixin, tenant_id: UUID) -> None:
    if row.tenant_id is None:
        row.tenant_id = tenant_id
    history = inspect(row).attrs.tenant_id.history
    if row.tenant_id != tenant_id or any(old != tenant_id for old in history.deleted or ()):
        raise TenantMismatch(f"this {type(row).__name__} belongs to another tenant")


def _narrow_to_tenant(state: ORMExecuteState, tenant_id: UUID) -> None:
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantMixin,
            lambda model: model.tenant_id == tenant_id,
            include_aliases=True,
            propagate_to_loaders=False,
        )
    )


def _narrow_to_person(state: ORMExecuteState, context: Context) -> None:
    """Without a tenant only global tables are in reach, and a person's own rows where a model says so."""
    tables = _tenant_tables(state.statement)
    own = [mapper for mapper in _personal_mappers() if mapper.local_table in tables]
    if not isinstance(context, PersonContext) or not state.is_select or len(own) < len(tables):
        if tables:
            _required(context=None, what=", ".join(sorted(table.name for table in tables)))
        return
    for mapper in own:
        column = mapper.attrs[mapper.class_.__personal__].class_attribute
        criteria = column == context.user_id
        state.statement = state.statement.options(
            with_loader_criteria(mapper.class_, criteria, include_aliases=True)
        )


def _stamp_parameters(state: ORMExecuteState, tenant_id: UUID) -> Any:
    """Rows given to `execute(insert(Model), rows)`, or to a bulk update by primary key."""
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantMixin):
        return None
    statement: Any = state.statement
    rows = state.parameters if isinstance(state.parameters, list) else []
    _refuse_foreign_values(statement, rows, tenant_id)
    if rows:
        return state.invoke_statement(params=[{"tenant_id": tenant_id}] * len(rows))
    if state.is_insert:
        state.statement = statement.values(tenant_id=tenant_id)
    else:
        _narrow_to_tenant(state, tenant_id)


def _refuse_foreign_values(statement: Any, rows: list[Any], tenant_id: UUID) -> None:
    if getattr(statement, "select", None) is not None or statement._multi_values:
        raise RawSqlRefused(
            "give the rows beside the statement: execute(insert(Model), rows),"
            f' or say why not with execution_options({RAW_SQL}="reason")'
        )
    named = [row["tenant_id"] for row in rows if "tenant_id" in row]
    values = (statement._values or {}).items()
    named += [getattr(v, "value", v) for column, v in values if _is_tenant_id(column)]
    if any(value != tenant_id for value in named):
        raise TenantMismatch("a row was about to be written for another tenant")


def _is_tenant_id(column: Any) -> bool:
    return bool(getattr(column, "key", column) == "tenant_id")


def _refuse_tables(statement: Any) -> None:
    tables = _tenant_tables(statement)
    if tables:
        names = ", ".join(sorted(table.name for table in tables))
        raise RawSqlRefused(
            f"{names}: the session narrows models, not tables; select the model,"
            f' or say why not with execution_options({RAW_SQL}="reason")'
        )


def _is_text(statement: Any) -> bool:
    return any(isinstance(part, TextClause) for part in (statement, _from_statement(statement)))


def _from_statement(statement: Any) -> Any:
    element = getattr(statement, "element", None)
    return getattr(element, "element", element)


def _tenant_tables(statement: Any) -> set[Table]:
    return {
        part
        for part in visitors.iterate(statement)
        if isinstance(part, Table) and part.info.get("tenant")
    }


def _personal_mappers() -> list[Mapper[Any]]:
    return [m for m in Base.registry.mappers if getattr(m.class_, "__personal__", None)]
