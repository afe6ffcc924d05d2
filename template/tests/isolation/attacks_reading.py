"""Every way to read through a session."""

from typing import Any

from sqlalchemy import (
    Select,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.orm import Session, aliased, load_only, make_transient_to_detached, undefer

from .attacker import Attacker, Attacks
from .two_tenants import FOREIGN

reads = Attacks({})
WITH_REASON = {"raw_sql": "an attack"}


async def _all(attacker: Attacker, statement: Any, **options: Any) -> Any:
    return (await attacker.session.execute(statement, execution_options=options)).all()


async def _more_than_own(attacker: Attacker, statement: Select[Any]) -> str | None:
    counted = await attacker.session.scalar(statement)
    own = await attacker.two_tenants.count(attacker.table.name, attacker.own_tenant)
    return FOREIGN if counted > own else None


@reads
async def select_all(attacker: Attacker) -> Any:
    return (await attacker.session.scalars(select(attacker.model))).all()


@reads
async def select_by_id(attacker: Attacker) -> Any:
    return await _all(attacker, select(attacker.model).where(attacker.model.id == attacker.target))


@reads
async def select_columns(attacker: Attacker) -> Any:
    return await _all(attacker, select(*attacker.model.__mapper__.column_attrs))


@reads
async def select_for_update(attacker: Attacker) -> Any:
    query = select(attacker.model).where(attacker.model.id == attacker.target)
    return await _all(attacker, query.with_for_update(nowait=True))


@reads
async def select_undeferred(attacker: Attacker) -> Any:
    return await _all(
        attacker, select(attacker.model).options(undefer("*"), load_only(attacker.model.id))
    )


@reads
async def aliases(attacker: Attacker) -> Any:
    return await _all(attacker, select(aliased(attacker.model)))


@reads
async def self_join(attacker: Attacker) -> Any:
    other = aliased(attacker.model)
    joined = select(other).join_from(attacker.model, other, attacker.model.id != other.id)
    return await _all(attacker, joined)


@reads
async def outer_join(attacker: Attacker) -> Any:
    other = aliased(attacker.model)
    joined = select(other).select_from(attacker.model).outerjoin(other, other.id == attacker.target)
    return await _all(attacker, joined)


@reads
async def subquery(attacker: Attacker) -> Any:
    inner = select(attacker.model).subquery()
    return await _all(attacker, select(inner))


@reads
async def alias_of_a_subquery(attacker: Attacker) -> Any:
    return await _all(attacker, select(aliased(attacker.model, select(attacker.model).subquery())))


@reads
async def cte(attacker: Attacker) -> Any:
    return await _all(attacker, select(select(attacker.model.id, attacker.model.tenant_id).cte()))


@reads
async def recursive_cte(attacker: Attacker) -> Any:
    start = select(attacker.model.id).cte(recursive=True)
    return await _all(attacker, select(start.union(select(attacker.model.id))))


@reads
async def union(attacker: Attacker) -> Any:
    return await _all(
        attacker, union_all(select(attacker.model.id), select(attacker.model.tenant_id))
    )


@reads
async def union_as_entity(attacker: Attacker) -> Any:
    both = union_all(select(attacker.model), select(attacker.model))
    return await _all(attacker, select(attacker.model).from_statement(both))


@reads
async def from_statement(attacker: Attacker) -> Any:
    return await _all(attacker, select(attacker.model).from_statement(select(attacker.model)))


@reads
async def from_core_statement(attacker: Attacker) -> Any:
    return await _all(attacker, select(attacker.model).from_statement(select(attacker.table)))


@reads
async def exists_elsewhere(attacker: Attacker) -> Any:
    found = await attacker.session.scalar(
        select(exists().where(attacker.model.id == attacker.target))
    )
    return FOREIGN if found else None


@reads
async def scalar_subquery(attacker: Attacker) -> Any:
    inner = select(attacker.model.id).where(attacker.model.id == attacker.target)
    return await _all(attacker, select(inner.scalar_subquery()))


@reads
async def in_subquery(attacker: Attacker) -> Any:
    other = aliased(attacker.model)
    return await _all(attacker, select(other).where(other.id.in_(select(attacker.model.id))))


@reads
async def count(attacker: Attacker) -> Any:
    return await _more_than_own(attacker, select(func.count()).select_from(attacker.model))


@reads
async def count_of_an_id(attacker: Attacker) -> Any:
    return await _more_than_own(attacker, select(func.count(attacker.model.id)))


@reads
async def aggregate(attacker: Attacker) -> Any:
    return await _all(attacker, select(func.array_agg(attacker.model.id)))


@reads
async def get(attacker: Attacker) -> Any:
    return await attacker.session.get(attacker.model, attacker.key)


@reads
async def get_for_update(attacker: Attacker) -> Any:
    return await attacker.session.get(attacker.model, attacker.key, with_for_update=True)


@reads
async def get_one(attacker: Attacker) -> Any:
    return await attacker.session.get_one(attacker.model, attacker.key)


@reads
async def stream(attacker: Attacker) -> Any:
    streamed = await attacker.session.stream(select(attacker.model))
    return [row async for row in streamed]


@reads
async def stream_scalars(attacker: Attacker) -> Any:
    return [row async for row in await attacker.session.stream_scalars(select(attacker.model))]


@reads
async def legacy_query(attacker: Attacker) -> Any:
    def query(session: Session) -> Any:
        return session.query(attacker.model).all()

    return await attacker.session.run_sync(query)


@reads
async def core_select(attacker: Attacker) -> Any:
    return await _all(attacker, select(attacker.table))


@reads
async def core_select_with_reason(attacker: Attacker) -> Any:
    return await _all(attacker, select(attacker.table), **WITH_REASON)


@reads
async def orm_select_with_reason(attacker: Attacker) -> Any:
    return await _all(attacker, select(attacker.model), **WITH_REASON)


@reads
async def core_subquery_of_an_orm_select(attacker: Attacker) -> Any:
    inner = (
        select(attacker.table.c.id).where(attacker.table.c.id == attacker.target).correlate(None)
    )
    return await _all(attacker, select(attacker.model.id, inner.scalar_subquery()))


@reads
async def core_exists_in_an_orm_select(attacker: Attacker) -> Any:
    hidden = exists().where(attacker.table.c.id == attacker.target).correlate(None)
    return FOREIGN if await _all(attacker, select(attacker.model.id).where(hidden)) else None


@reads
async def core_table_joined_to_a_model(attacker: Attacker) -> Any:
    other = attacker.table.alias()
    joined = select(attacker.model.id, other).join(other, other.c.id == attacker.target)
    return await _all(attacker, joined)


@reads
async def core_table_below_an_alias(attacker: Attacker) -> Any:
    return await _all(attacker, select(aliased(attacker.model, select(attacker.table).subquery())))


@reads
async def core_cte_of_an_orm_select(attacker: Attacker) -> Any:
    inner: Any = select(attacker.table.c.id, attacker.table.c.tenant_id).cte()
    return await _all(
        attacker, select(attacker.model.id, inner).join(inner, inner.c.id != attacker.model.id)
    )


@reads
async def table_by_its_name(attacker: Attacker) -> Any:
    return await _all(attacker, select(column("id")).select_from(table(attacker.table.name)))


@reads
async def whole_text(attacker: Attacker) -> Any:
    return await _all(attacker, text(f"SELECT * FROM {attacker.table.name}"))


@reads
async def whole_text_with_reason(attacker: Attacker) -> Any:
    return await _all(attacker, text(f"SELECT * FROM {attacker.table.name}"), **WITH_REASON)


@reads
async def text_with_columns(attacker: Attacker) -> Any:
    return await _all(attacker, text(f"SELECT id FROM {attacker.table.name}").columns(column("id")))


@reads
async def text_as_entity(attacker: Attacker) -> Any:
    everything = text(f"SELECT * FROM {attacker.table.name}")
    return await _all(attacker, select(attacker.model).from_statement(everything))


@reads
async def text_as_entity_with_reason(attacker: Attacker) -> Any:
    everything = text(f"SELECT * FROM {attacker.table.name}")
    return await _all(attacker, select(attacker.model).from_statement(everything), **WITH_REASON)


@reads
async def text_as_from_clause(attacker: Attacker) -> Any:
    return await _all(attacker, select(text("id")).select_from(text(attacker.table.name)))


@reads
async def text_inside_a_select(attacker: Attacker) -> Any:
    inner = text(f"(SELECT array_agg(id) FROM {attacker.table.name})")
    return await _all(attacker, select(attacker.model.id, inner))


@reads
async def text_as_condition(attacker: Attacker) -> Any:
    """Exploit precedence: AND binds more tightly than OR."""
    return await _all(attacker, select(attacker.model).where(text("false OR true")))


@reads
async def literal_column_inside_a_select(attacker: Attacker) -> Any:
    inner: Any = literal_column(f"(SELECT array_agg(id::text) FROM {attacker.table.name})")
    return await _all(attacker, select(attacker.model.id, inner))


@reads
async def or_condition(attacker: Attacker) -> Any:
    either = (attacker.model.id == attacker.target) | (attacker.model.id != attacker.target)
    return await _all(attacker, select(attacker.model).where(either))


@reads
async def bare_connection(attacker: Attacker) -> Any:
    connection = await attacker.session.connection()
    return (await connection.execute(select(attacker.model))).all()


@reads
async def connection_with_reason(attacker: Attacker) -> Any:
    connection = await attacker.session.connection(execution_options=WITH_REASON)
    return (await connection.execute(select(attacker.model))).all()


@reads
async def connection_of_the_sync_session(attacker: Attacker) -> Any:
    return await attacker.session.run_sync(
        lambda s: s.connection().execute(select(attacker.table)).all()
    )


@reads
async def connection_of_the_engine(attacker: Attacker) -> Any:
    async with attacker.two_tenants.runtime.database.rw.connect() as connection:
        return (await connection.execute(select(attacker.table))).all()


@reads
async def autocommit(attacker: Attacker) -> Any:
    """Read in autocommit mode: the tenant setting of row security lasts for a transaction only."""
    options = {**WITH_REASON, "isolation_level": "AUTOCOMMIT"}
    connection = await attacker.session.connection(execution_options=options)
    return (await connection.execute(select(attacker.table))).all()


@reads
async def savepoint_rolled_back(attacker: Attacker) -> Any:
    async with attacker.session.begin_nested() as savepoint:
        await savepoint.rollback()
    return await _all(attacker, select(attacker.table), **WITH_REASON)


@reads
async def after_commit(attacker: Attacker) -> Any:
    await attacker.session.scalars(select(attacker.model))
    await attacker.session.commit()
    return await _all(attacker, select(attacker.table), **WITH_REASON)


@reads
async def after_rollback(attacker: Attacker) -> Any:
    await attacker.session.scalars(select(attacker.model))
    await attacker.session.rollback()
    return await _all(attacker, select(attacker.table), **WITH_REASON)


@reads
async def returning_of_a_delete(attacker: Attacker) -> Any:
    doomed = attacker.model.__table__.delete().returning(attacker.table.c.id)
    return await _all(attacker, doomed)


@reads
async def merge(attacker: Attacker) -> Any:
    row = await attacker.session.merge(
        attacker.model(tenant_id=attacker.foreign_tenant, id=attacker.target)
    )
    return [vars(row).get(name) for name in attacker.contents]


async def _held_by_them(attacker: Attacker) -> Any:
    async with attacker.two_tenants.session_of(attacker.two_tenants.foreign.context) as session:
        return await session.get(attacker.model, attacker.key)


@reads
async def refresh_of_a_foreign_row(attacker: Attacker) -> Any:
    """Refresh a row from the other tenant's session, with its loaded values removed."""
    row = await _held_by_them(attacker)
    for name in attacker.contents:
        row.__dict__.pop(name, None)
    attacker.session.add(row)
    await attacker.session.refresh(row)
    return row


@reads
async def refresh_of_a_forged_row(attacker: Attacker) -> Any:
    """Refresh an object that claims to be the other tenant's persistent row."""
    row = attacker.model(tenant_id=attacker.foreign_tenant, id=attacker.target)
    make_transient_to_detached(row)
    attacker.session.add(row)
    await attacker.session.refresh(row)
    return [vars(row).get(name) for name in attacker.contents]


@reads
async def merge_without_loading(attacker: Attacker) -> Any:
    row = await _held_by_them(attacker)
    merged = await attacker.session.merge(row, load=False)
    await attacker.session.refresh(merged)
    return merged


@reads
async def deferred_column_of_a_foreign_row(attacker: Attacker) -> Any:
    row = await _held_by_them(attacker)
    name = next(iter(attacker.contents))
    attacker.session.add(row)
    attacker.session.orm.expire(row, [name])
    return await attacker.session.run_sync(lambda _: getattr(row, name))
