"""The tenant filter of the ORM: filters statements, stamps new rows, refuses everything else.

This is the second of the four layers of tenant isolation. Row security is the third, and does not
rely on this one.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, inspect
from sqlalchemy.orm import LoaderCriteriaOption, Mapper, ORMExecuteState, Session
from sqlalchemy.orm import with_loader_criteria as row_criteria

from app.database.base import Base
from app.database.mixins import TenantMixin
from app.database.orm import statement_inspection as inspection
from app.database.tenancy import (
    Context,
    PersonContext,
    RawSqlRefused,
    TenantContext,
    TenantContextRequired,
    TenantMismatch,
)

RAW_SQL = "raw_sql"


def apply_tenant_filter(state: ORMExecuteState, context: Context) -> Any:
    """Limit a statement to the context's rows, or refuse it."""
    if not isinstance(context, TenantContext):
        _filter_by_person(state, context)
    elif state.execution_options.get(RAW_SQL):
        return None
    elif not state.is_orm_statement:
        _refuse_tables(state.statement)
    elif state.is_insert:
        return _stamp_new_rows(state, context.tenant_id)
    elif state.is_update:
        return _filter_changes(state, context.tenant_id)
    else:
        _filter_by_tenant(state, context.tenant_id)


def check_flush(session: Session, context: Context) -> None:
    """Set tenant_id of new rows; refuse rows of other tenants."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantMixin):
            _stamp(row, require_tenant(context, type(row).__name__))


def refuse_foreign_row(row: object, context: Context) -> None:
    """Refuse a row that was loaded for another tenant."""
    if not isinstance(row, TenantMixin) or not isinstance(context, TenantContext):
        return
    identity = inspect(row).identity
    if identity is not None and identity[0] != context.tenant_id:
        raise TenantMismatch(f"this {type(row).__name__} belongs to another tenant")


def require_tenant(context: Context, what: str) -> UUID:
    """Return the tenant's id. Raises TenantContextRequired."""
    if not isinstance(context, TenantContext):
        raise TenantContextRequired(
            f"{what}: may belong to tenants, and this session works for none"
        )
    return context.tenant_id


def _stamp(row: TenantMixin, tenant_id: UUID) -> None:
    if row.tenant_id is None:
        row.tenant_id = tenant_id
    history = inspect(row).attrs.tenant_id.history
    if row.tenant_id != tenant_id or any(old != tenant_id for old in history.deleted or ()):
        raise TenantMismatch(f"this {type(row).__name__} belongs to another tenant")


class _OwnRows(LoaderCriteriaOption):
    """Filters each model in a statement; refuses to compile a statement it cannot filter."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # cached as its parent is

    def process_compile_state(self, compile_state: Any) -> None:
        _refuse_unfilterable(compile_state.select_statement)
        super().process_compile_state(compile_state)


@lru_cache(maxsize=4096)
def _own_rows(tenant_id: UUID, kind: type[LoaderCriteriaOption] = _OwnRows) -> LoaderCriteriaOption:
    return kind(
        TenantMixin,
        lambda model: model.tenant_id == tenant_id,
        include_aliases=True,
        propagate_to_loaders=False,
    )


def _filter_by_tenant(state: ORMExecuteState, tenant_id: UUID) -> None:
    """Add the tenant filter. Statements that the ORM did not build itself are also inspected.

    A SELECT is inspected only when it is compiled, so a cached one costs nothing.
    """
    if state.is_relationship_load or state.is_column_load or _is_by_key(state):
        option = _own_rows(tenant_id, LoaderCriteriaOption)
    elif isinstance(state.statement, Select):
        option = _own_rows(tenant_id)
    else:
        _refuse_unfilterable(state.statement)
        option = _own_rows(tenant_id, LoaderCriteriaOption)
    state.statement = state.statement.options(option)


def _is_by_key(state: ORMExecuteState) -> bool:
    """True for `session.get`, which uses the mapper's own condition."""
    criteria: Any = getattr(state.statement, "_where_criteria", ())
    mapper = state.bind_mapper
    return len(criteria) == 1 and mapper is not None and criteria[0] is mapper._get_clause[0]


def _filter_changes(state: ORMExecuteState, tenant_id: UUID) -> Any:
    """Filter an UPDATE, or rows given by primary key: `execute(update(Model), rows)`."""
    _refuse_foreign_values(state, tenant_id)
    rows = state.parameters if isinstance(state.parameters, list) else []
    # Loader criteria do not apply to an UPDATE by primary key, but tenant_id is part of the key.
    if rows and _is_of_tenants(state):
        return state.invoke_statement(params=[{"tenant_id": tenant_id}] * len(rows))
    _filter_by_tenant(state, tenant_id)


def _stamp_new_rows(state: ORMExecuteState, tenant_id: UUID) -> Any:
    """Set tenant_id in `execute(insert(Model), rows)`.

    Loader criteria do not apply inside an INSERT, so it may not contain a subquery.
    """
    statement: Any = state.statement
    _refuse_foreign_values(state, tenant_id)
    if inspection.has_subquery(statement) or statement._multi_values:
        raise RawSqlRefused(
            "give the rows beside the statement: execute(insert(Model), rows),"
            f' or say why not with execution_options({RAW_SQL}="reason")'
        )
    if not _is_of_tenants(state):
        return None
    if isinstance(state.parameters, list):
        return state.invoke_statement(params=[{"tenant_id": tenant_id}] * len(state.parameters))
    state.statement = statement.values(tenant_id=tenant_id)


def _refuse_foreign_values(state: ORMExecuteState, tenant_id: UUID) -> None:
    if _is_of_tenants(state) and any(value != tenant_id for value in _tenants_named(state)):
        raise TenantMismatch("a row was about to be written for another tenant")


def _tenants_named(state: ORMExecuteState) -> Iterator[Any]:
    """Yield the tenant ids in the statement, in its parameters and in an upsert's SET clause."""
    statement: Any = state.statement
    rows: Any = state.parameters or []
    for row in rows if isinstance(rows, list) else [rows]:
        yield from (value for name, value in row.items() if name == "tenant_id")
    upsert = getattr(statement, "_post_values_clause", None)
    changed = dict(getattr(upsert, "update_values_to_set", ()))
    for column, value in ((statement._values or {}) | changed).items():
        if getattr(column, "key", column) == "tenant_id":
            yield getattr(value, "value", value)


def _is_of_tenants(state: ORMExecuteState) -> bool:
    return state.bind_mapper is not None and issubclass(state.bind_mapper.class_, TenantMixin)


def _filter_by_person(state: ORMExecuteState, context: Context) -> None:
    """Allow global tables only, and the user's own rows where a model allows it."""
    if not state.execution_options.get(RAW_SQL) and inspection.is_written(state.statement):
        require_tenant(context, "what written SQL reaches")
    tables = inspection.tables_of_tenants(state.statement)
    own = [mapper for mapper in _personal_mappers() if mapper.local_table in tables]
    if not isinstance(context, PersonContext) or not state.is_select or len(own) < len(tables):
        if tables:
            require_tenant(context, ", ".join(sorted(table.name for table in tables)))
        return
    for mapper in own:
        column = mapper.attrs[mapper.class_.__personal__].class_attribute
        criteria = column == context.user_id
        state.statement = state.statement.options(
            row_criteria(mapper.class_, criteria, include_aliases=True)
        )


def _refuse_tables(statement: Any) -> None:
    """Refuse tenants' tables in a statement without any model."""
    _refuse_unfilterable(statement)
    if tables := inspection.tables_of_tenants(statement):
        names = ", ".join(sorted(table.name for table in tables))
        raise RawSqlRefused(f"{names}: {_ONLY_MODELS}")


def _refuse_unfilterable(statement: Any) -> None:
    if inspection.is_written(statement) or inspection.is_bare(statement):
        raise RawSqlRefused(_ONLY_MODELS)


_ONLY_MODELS = (
    "the session filters models, not tables and not written SQL: use the model,"
    f' or say why not with execution_options({RAW_SQL}="reason")'
)


def _personal_mappers() -> list[Mapper[Any]]:
    return [m for m in Base.registry.mappers if getattr(m.class_, "__personal__", None)]
