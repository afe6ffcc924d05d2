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

from .arena import FOREIGN
from .raids import Attacks, Raid

reads = Attacks({})
WITH_REASON = {"raw_sql": "an attack"}


async def _all(raid: Raid, statement: Any, **options: Any) -> Any:
    return (await raid.session.execute(statement, execution_options=options)).all()


async def _more_than_own(raid: Raid, statement: Select[Any]) -> str | None:
    counted = await raid.session.scalar(statement)
    own = await raid.arena.count(raid.table.name, raid.own_tenant)
    return FOREIGN if counted > own else None


@reads
async def select_all(raid: Raid) -> Any:
    return (await raid.session.scalars(select(raid.model))).all()


@reads
async def select_by_id(raid: Raid) -> Any:
    return await _all(raid, select(raid.model).where(raid.model.id == raid.target))


@reads
async def select_columns(raid: Raid) -> Any:
    return await _all(raid, select(*raid.model.__mapper__.column_attrs))


@reads
async def select_for_update(raid: Raid) -> Any:
    query = select(raid.model).where(raid.model.id == raid.target)
    return await _all(raid, query.with_for_update(nowait=True))


@reads
async def select_undeferred(raid: Raid) -> Any:
    return await _all(raid, select(raid.model).options(undefer("*"), load_only(raid.model.id)))


@reads
async def aliases(raid: Raid) -> Any:
    return await _all(raid, select(aliased(raid.model)))


@reads
async def self_join(raid: Raid) -> Any:
    other = aliased(raid.model)
    joined = select(other).join_from(raid.model, other, raid.model.id != other.id)
    return await _all(raid, joined)


@reads
async def outer_join(raid: Raid) -> Any:
    other = aliased(raid.model)
    joined = select(other).select_from(raid.model).outerjoin(other, other.id == raid.target)
    return await _all(raid, joined)


@reads
async def subquery(raid: Raid) -> Any:
    inner = select(raid.model).subquery()
    return await _all(raid, select(inner))


@reads
async def alias_of_a_subquery(raid: Raid) -> Any:
    return await _all(raid, select(aliased(raid.model, select(raid.model).subquery())))


@reads
async def cte(raid: Raid) -> Any:
    return await _all(raid, select(select(raid.model.id, raid.model.tenant_id).cte()))


@reads
async def recursive_cte(raid: Raid) -> Any:
    start = select(raid.model.id).cte(recursive=True)
    return await _all(raid, select(start.union(select(raid.model.id))))


@reads
async def union(raid: Raid) -> Any:
    return await _all(raid, union_all(select(raid.model.id), select(raid.model.tenant_id)))


@reads
async def union_as_entity(raid: Raid) -> Any:
    both = union_all(select(raid.model), select(raid.model))
    return await _all(raid, select(raid.model).from_statement(both))


@reads
async def from_statement(raid: Raid) -> Any:
    return await _all(raid, select(raid.model).from_statement(select(raid.model)))


@reads
async def from_core_statement(raid: Raid) -> Any:
    return await _all(raid, select(raid.model).from_statement(select(raid.table)))


@reads
async def exists_elsewhere(raid: Raid) -> Any:
    found = await raid.session.scalar(select(exists().where(raid.model.id == raid.target)))
    return FOREIGN if found else None


@reads
async def scalar_subquery(raid: Raid) -> Any:
    inner = select(raid.model.id).where(raid.model.id == raid.target)
    return await _all(raid, select(inner.scalar_subquery()))


@reads
async def in_subquery(raid: Raid) -> Any:
    other = aliased(raid.model)
    return await _all(raid, select(other).where(other.id.in_(select(raid.model.id))))


@reads
async def count(raid: Raid) -> Any:
    return await _more_than_own(raid, select(func.count()).select_from(raid.model))


@reads
async def count_of_an_id(raid: Raid) -> Any:
    return await _more_than_own(raid, select(func.count(raid.model.id)))


@reads
async def aggregate(raid: Raid) -> Any:
    return await _all(raid, select(func.array_agg(raid.model.id)))


@reads
async def get(raid: Raid) -> Any:
    return await raid.session.get(raid.model, raid.key)


@reads
async def get_for_update(raid: Raid) -> Any:
    return await raid.session.get(raid.model, raid.key, with_for_update=True)


@reads
async def get_one(raid: Raid) -> Any:
    return await raid.session.get_one(raid.model, raid.key)


@reads
async def stream(raid: Raid) -> Any:
    streamed = await raid.session.stream(select(raid.model))
    return [row async for row in streamed]


@reads
async def stream_scalars(raid: Raid) -> Any:
    return [row async for row in await raid.session.stream_scalars(select(raid.model))]


@reads
async def legacy_query(raid: Raid) -> Any:
    def query(session: Session) -> Any:
        return session.query(raid.model).all()

    return await raid.session.run_sync(query)


@reads
async def core_select(raid: Raid) -> Any:
    return await _all(raid, select(raid.table))


@reads
async def core_select_with_reason(raid: Raid) -> Any:
    return await _all(raid, select(raid.table), **WITH_REASON)


@reads
async def orm_select_with_reason(raid: Raid) -> Any:
    return await _all(raid, select(raid.model), **WITH_REASON)


@reads
async def core_subquery_of_an_orm_select(raid: Raid) -> Any:
    inner = select(raid.table.c.id).where(raid.table.c.id == raid.target).correlate(None)
    return await _all(raid, select(raid.model.id, inner.scalar_subquery()))


@reads
async def core_exists_in_an_orm_select(raid: Raid) -> Any:
    hidden = exists().where(raid.table.c.id == raid.target).correlate(None)
    return FOREIGN if await _all(raid, select(raid.model.id).where(hidden)) else None


@reads
async def core_table_joined_to_a_model(raid: Raid) -> Any:
    other = raid.table.alias()
    joined = select(raid.model.id, other).join(other, other.c.id == raid.target)
    return await _all(raid, joined)


@reads
async def core_table_below_an_alias(raid: Raid) -> Any:
    return await _all(raid, select(aliased(raid.model, select(raid.table).subquery())))


@reads
async def core_cte_of_an_orm_select(raid: Raid) -> Any:
    inner: Any = select(raid.table.c.id, raid.table.c.tenant_id).cte()
    return await _all(raid, select(raid.model.id, inner).join(inner, inner.c.id != raid.model.id))


@reads
async def table_by_its_name(raid: Raid) -> Any:
    return await _all(raid, select(column("id")).select_from(table(raid.table.name)))


@reads
async def whole_text(raid: Raid) -> Any:
    return await _all(raid, text(f"SELECT * FROM {raid.table.name}"))


@reads
async def whole_text_with_reason(raid: Raid) -> Any:
    return await _all(raid, text(f"SELECT * FROM {raid.table.name}"), **WITH_REASON)


@reads
async def text_with_columns(raid: Raid) -> Any:
    return await _all(raid, text(f"SELECT id FROM {raid.table.name}").columns(column("id")))


@reads
async def text_as_entity(raid: Raid) -> Any:
    everything = text(f"SELECT * FROM {raid.table.name}")
    return await _all(raid, select(raid.model).from_statement(everything))


@reads
async def text_as_entity_with_reason(raid: Raid) -> Any:
    everything = text(f"SELECT * FROM {raid.table.name}")
    return await _all(raid, select(raid.model).from_statement(everything), **WITH_REASON)


@reads
async def text_as_from_clause(raid: Raid) -> Any:
    return await _all(raid, select(text("id")).select_from(text(raid.table.name)))


@reads
async def text_inside_a_select(raid: Raid) -> Any:
    inner = text(f"(SELECT array_agg(id) FROM {raid.table.name})")
    return await _all(raid, select(raid.model.id, inner))


@reads
async def text_as_condition(raid: Raid) -> Any:
    """Exploit precedence: AND binds more tightly than OR."""
    return await _all(raid, select(raid.model).where(text("false OR true")))


@reads
async def literal_column_inside_a_select(raid: Raid) -> Any:
    inner: Any = literal_column(f"(SELECT array_agg(id::text) FROM {raid.table.name})")
    return await _all(raid, select(raid.model.id, inner))


@reads
async def or_condition(raid: Raid) -> Any:
    either = (raid.model.id == raid.target) | (raid.model.id != raid.target)
    return await _all(raid, select(raid.model).where(either))


@reads
async def bare_connection(raid: Raid) -> Any:
    connection = await raid.session.connection()
    return (await connection.execute(select(raid.model))).all()


@reads
async def connection_with_reason(raid: Raid) -> Any:
    connection = await raid.session.connection(execution_options=WITH_REASON)
    return (await connection.execute(select(raid.model))).all()


@reads
async def connection_of_the_sync_session(raid: Raid) -> Any:
    return await raid.session.run_sync(lambda s: s.connection().execute(select(raid.table)).all())


@reads
async def connection_of_the_engine(raid: Raid) -> Any:
    async with raid.arena.runtime.database.rw.connect() as connection:
        return (await connection.execute(select(raid.table))).all()


@reads
async def autocommit(raid: Raid) -> Any:
    """Read in autocommit mode: the tenant setting of row security lasts for a transaction only."""
    options = {**WITH_REASON, "isolation_level": "AUTOCOMMIT"}
    connection = await raid.session.connection(execution_options=options)
    return (await connection.execute(select(raid.table))).all()


@reads
async def savepoint_rolled_back(raid: Raid) -> Any:
    async with raid.session.begin_nested() as savepoint:
        await savepoint.rollback()
    return await _all(raid, select(raid.table), **WITH_REASON)


@reads
async def after_commit(raid: Raid) -> Any:
    await raid.session.scalars(select(raid.model))
    await raid.session.commit()
    return await _all(raid, select(raid.table), **WITH_REASON)


@reads
async def after_rollback(raid: Raid) -> Any:
    await raid.session.scalars(select(raid.model))
    await raid.session.rollback()
    return await _all(raid, select(raid.table), **WITH_REASON)


@reads
async def returning_of_a_delete(raid: Raid) -> Any:
    doomed = raid.model.__table__.delete().returning(raid.table.c.id)
    return await _all(raid, doomed)


@reads
async def merge(raid: Raid) -> Any:
    row = await raid.session.merge(raid.model(tenant_id=raid.foreign_tenant, id=raid.target))
    return [vars(row).get(name) for name in raid.contents]


async def _held_by_them(raid: Raid) -> Any:
    async with raid.arena.session_of(raid.arena.foreign.context) as session:
        return await session.get(raid.model, raid.key)


@reads
async def refresh_of_a_stranger(raid: Raid) -> Any:
    """Refresh a row from the other tenant's session, with its loaded values removed."""
    row = await _held_by_them(raid)
    for name in raid.contents:
        row.__dict__.pop(name, None)
    raid.session.add(row)
    await raid.session.refresh(row)
    return row


@reads
async def refresh_of_a_forged_row(raid: Raid) -> Any:
    """Refresh an object that claims to be the other tenant's persistent row."""
    row = raid.model(tenant_id=raid.foreign_tenant, id=raid.target)
    make_transient_to_detached(row)
    raid.session.add(row)
    await raid.session.refresh(row)
    return [vars(row).get(name) for name in raid.contents]


@reads
async def merge_without_loading(raid: Raid) -> Any:
    row = await _held_by_them(raid)
    merged = await raid.session.merge(row, load=False)
    await raid.session.refresh(merged)
    return merged


@reads
async def deferred_column_of_a_stranger(raid: Raid) -> Any:
    row = await _held_by_them(raid)
    name = next(iter(raid.contents))
    raid.session.add(row)
    raid.session.orm.expire(row, [name])
    return await raid.session.run_sync(lambda _: getattr(row, name))
