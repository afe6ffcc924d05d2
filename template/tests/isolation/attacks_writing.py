"""Every way to write through a session."""

from typing import Any

from sqlalchemy import (
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import ResourceClosedError
from sqlalchemy.orm import Session, aliased, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from app.kit.ids import new_id
from app.modules.users.models import User

from .arena import FOREIGN
from .attacks_reading import WITH_REASON
from .raids import Attacks, Raid

writes = Attacks({})


async def _run(raid: Raid, statement: Any, rows: Any = None, **options: Any) -> Any:
    done = await raid.session.execute(statement, rows, execution_options=options)
    try:
        return done.all()
    except ResourceClosedError:
        return None  # a statement without rows


def _stolen(raid: Raid) -> dict[str, Any]:
    return {"tenant_id": raid.foreign_tenant}


@writes
async def update_all(raid: Raid) -> Any:
    return await _run(raid, update(raid.model).values(raid.change))


@writes
async def update_by_id(raid: Raid) -> Any:
    theirs = update(raid.model).where(raid.model.id == raid.target)
    return await _run(raid, theirs.values(raid.change))


@writes
async def update_returning(raid: Raid) -> Any:
    return await _run(raid, update(raid.model).values(raid.change).returning(raid.model))


@writes
async def update_with_parameters(raid: Raid) -> Any:
    theirs = update(raid.model).where(raid.model.id == bindparam("target"))
    return await _run(raid, theirs, {"target": raid.target, **raid.change})


@writes
async def update_by_primary_key(raid: Raid) -> Any:
    row = {"tenant_id": raid.foreign_tenant, "id": raid.target, **raid.change}
    return await _run(raid, update(raid.model), [row])


@writes
async def update_core(raid: Raid) -> Any:
    return await _run(raid, update(raid.table).values(raid.change))


@writes
async def update_core_with_reason(raid: Raid) -> Any:
    return await _run(raid, update(raid.table).values(raid.change), **WITH_REASON)


@writes
async def update_text_with_reason(raid: Raid) -> Any:
    everything = text(f"UPDATE {raid.table.name} SET id = gen_random_uuid()")
    return await _run(raid, everything, **WITH_REASON)


@writes
async def update_from_another_table(raid: Raid) -> Any:
    """Copy their values into a row of mine."""
    name = next(iter(raid.contents))
    inner = select(raid.table.c[name]).where(raid.table.c.id == raid.target).correlate(None)
    mine = update(raid.model).where(raid.model.id == raid.mine["id"])
    changed = mine.values({name: inner.scalar_subquery()}).returning(raid.table.c[name])
    return await _run(raid, changed)


@writes
async def update_from_a_subquery(raid: Raid) -> Any:
    name = next(iter(raid.contents))
    other = aliased(raid.model)
    inner = select(getattr(other, name)).where(other.id == raid.target).scalar_subquery()
    mine = update(raid.model).where(raid.model.id == raid.mine["id"])
    return await _run(raid, mine.values({name: inner}).returning(raid.table.c[name]))


@writes
async def update_global_row_from_theirs(raid: Raid) -> Any:
    """Copy a value of theirs into my own user, because the users table has no tenant filter."""
    inner = select(func.max(cast(raid.model.id, Text))).where(raid.model.id == raid.target)
    me = update(User).where(User.id == raid.arena.own.user_id)
    changed = me.values(full_name=func.coalesce(inner.scalar_subquery(), "nobody"))
    return await _run(raid, changed.returning(User.full_name))


@writes
async def update_global_rows_chosen_by_theirs(raid: Raid) -> Any:
    them = exists().where(raid.model.id == raid.target)
    me = update(User).where(User.id == raid.arena.own.user_id, them)
    found = await _run(raid, me.values(full_name="found").returning(User.full_name))
    return FOREIGN if found else None


@writes
async def insert_global_row_from_theirs(raid: Raid) -> Any:
    inner = select(func.max(cast(raid.model.id, Text))).where(raid.model.id == raid.target)
    name = func.coalesce(inner.scalar_subquery(), "nobody")
    row = {"email": f"{new_id()}@example.com", "full_name": name, "password_hash": "none"}
    return await _run(raid, insert(User).values(row).returning(User.full_name))


@writes
async def give_own_row_away(raid: Raid) -> Any:
    mine = update(raid.model).where(raid.model.id == raid.mine["id"])
    return await _run(raid, mine.values(tenant_id=raid.foreign_tenant))


@writes
async def give_own_row_away_in_order(raid: Raid) -> Any:
    mine = update(raid.model).where(raid.model.id == raid.mine["id"])
    return await _run(raid, mine.ordered_values((raid.model.tenant_id, raid.foreign_tenant)))


@writes
async def give_own_row_away_by_parameter(raid: Raid) -> Any:
    mine = update(raid.model).where(raid.model.id == raid.mine["id"])
    return await _run(raid, mine, {"tenant_id": raid.foreign_tenant})


@writes
async def give_own_row_away_by_expression(raid: Raid) -> Any:
    mine = update(raid.model).where(raid.model.id == raid.mine["id"])
    value = func.coalesce(literal(raid.foreign_tenant), raid.model.tenant_id)
    return await _run(raid, mine.values(tenant_id=value))


@writes
async def give_own_row_away_as_object(raid: Raid) -> Any:
    mine = await raid.session.get_one(raid.model, (raid.own_tenant, raid.mine["id"]))
    mine.tenant_id = raid.foreign_tenant


@writes
async def delete_all(raid: Raid) -> Any:
    return await _run(raid, delete(raid.model))


@writes
async def delete_by_id(raid: Raid) -> Any:
    return await _run(raid, delete(raid.model).where(raid.model.id == raid.target))


@writes
async def delete_returning(raid: Raid) -> Any:
    return await _run(raid, delete(raid.model).returning(raid.model.id))


@writes
async def delete_core(raid: Raid) -> Any:
    return await _run(raid, delete(raid.table))


@writes
async def delete_core_with_reason(raid: Raid) -> Any:
    return await _run(raid, delete(raid.table), **WITH_REASON)


@writes
async def delete_text_with_reason(raid: Raid) -> Any:
    return await _run(raid, text(f"DELETE FROM {raid.table.name}"), **WITH_REASON)


@writes
async def delete_through_the_connection(raid: Raid) -> Any:
    connection = await raid.session.connection(execution_options=WITH_REASON)
    await connection.execute(delete(raid.table))


@writes
async def insert_values(raid: Raid) -> Any:
    return await _run(raid, insert(raid.model).values(await raid.new_for_them()))


@writes
async def insert_parameters(raid: Raid) -> Any:
    return await _run(raid, insert(raid.model), await raid.new_for_them())


@writes
async def insert_many(raid: Raid) -> Any:
    return await _run(raid, insert(raid.model), [await raid.new_for_them()])


@writes
async def insert_many_values(raid: Raid) -> Any:
    rows = [await raid.new_for_them(), await raid.new_for_them()]
    return await _run(raid, insert(raid.model).values(rows))


@writes
async def insert_with_bound_parameter(raid: Raid) -> Any:
    row = await raid.new_for_them() | {"tenant_id": bindparam("whose")}
    return await _run(raid, insert(raid.model).values(row), {"whose": raid.foreign_tenant})


@writes
async def insert_core(raid: Raid) -> Any:
    return await _run(raid, insert(raid.table).values(await raid.new_for_them()))


@writes
async def insert_core_with_reason(raid: Raid) -> Any:
    return await _run(raid, insert(raid.table).values(await raid.new_for_them()), **WITH_REASON)


@writes
async def insert_from_select(raid: Raid) -> Any:
    """Copy their row into one of mine."""
    columns = [c for c in raid.table.columns if c.name not in ("id", "tenant_id")]
    source = select(func.gen_random_uuid(), literal(raid.own_tenant), *columns).where(
        raid.table.c.id == raid.target
    )
    names = ["id", "tenant_id", *(c.name for c in columns)]
    copied = insert(raid.model).from_select(names, source).returning(*columns)
    return await _run(raid, copied)


@writes
async def insert_of_a_subquery(raid: Raid) -> Any:
    name = next(iter(raid.contents))
    inner = select(raid.table.c[name]).where(raid.table.c.id == raid.target)
    row = await raid.new_for_me() | {name: inner.scalar_subquery()}
    return await _run(raid, insert(raid.model).values(row).returning(raid.table.c[name]))


@writes
async def upsert_onto_their_row(raid: Raid) -> Any:
    row = await raid.new_for_them() | {"id": raid.target}
    over = upsert(raid.model).on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=raid.change
    )
    return await _run(raid, over, [row])


@writes
async def upsert_core_onto_their_row(raid: Raid) -> Any:
    row = await raid.new_for_them() | {"id": raid.target}
    over = upsert(raid.table).on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=raid.change
    )
    return await _run(raid, over.values(row), **WITH_REASON)


@writes
async def upsert_giving_own_row_away(raid: Raid) -> Any:
    row = await raid.new_for_me() | {"id": raid.mine["id"]}
    over = upsert(raid.model).on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=_stolen(raid)
    )
    return await _run(raid, over, [row])


@writes
async def add_for_them(raid: Raid) -> Any:
    raid.session.add(raid.model(**await raid.new_for_them()))


@writes
async def add_and_change_afterwards(raid: Raid) -> Any:
    row = raid.model(**await raid.new_for_me())
    raid.session.add(row)
    row.tenant_id = raid.foreign_tenant


@writes
async def merge_their_row(raid: Raid) -> Any:
    row = {"tenant_id": raid.foreign_tenant, "id": raid.target, **raid.change}
    await raid.session.merge(raid.model(**row))


@writes
async def merge_a_new_row_of_theirs(raid: Raid) -> Any:
    await raid.session.merge(raid.model(**await raid.new_for_them()))


@writes
async def change_a_stranger(raid: Raid) -> Any:
    """Change and save a row that was loaded in the other tenant's session."""
    row = await _held_by_them(raid)
    raid.session.add(row)
    _set(row, raid.change)


@writes
async def delete_a_stranger(raid: Raid) -> Any:
    await raid.session.delete(await _held_by_them(raid))


@writes
async def change_a_forged_row(raid: Raid) -> Any:
    row = raid.model(tenant_id=raid.foreign_tenant, id=raid.target)
    make_transient_to_detached(row)
    raid.session.add(row)
    _set(row, raid.change)


@writes
async def change_a_row_in_disguise(raid: Raid) -> Any:
    """Load a row of mine, then make the ORM believe it is theirs."""
    row = await raid.session.get_one(raid.model, (raid.own_tenant, raid.mine["id"]))
    set_committed_value(row, "tenant_id", raid.foreign_tenant)
    set_committed_value(row, "id", raid.target)
    _set(row, raid.change)


@writes
async def delete_a_row_in_disguise(raid: Raid) -> Any:
    row = await raid.session.get_one(raid.model, (raid.own_tenant, raid.mine["id"]))
    set_committed_value(row, "tenant_id", raid.foreign_tenant)
    set_committed_value(row, "id", raid.target)
    await raid.session.delete(row)


@writes
async def bulk_save(raid: Raid) -> Any:
    row = raid.model(**await raid.new_for_them())
    await raid.session.run_sync(lambda s: s.bulk_save_objects([row]))


@writes
async def bulk_insert(raid: Raid) -> Any:
    row = await raid.new_for_them()

    def insert_mappings(session: Session) -> None:
        session.bulk_insert_mappings(raid.model.__mapper__, [row])

    await raid.session.run_sync(insert_mappings)


@writes
async def bulk_update(raid: Raid) -> Any:
    row = {"tenant_id": raid.foreign_tenant, "id": raid.target, **raid.change}

    def update_mappings(session: Session) -> None:
        session.bulk_update_mappings(raid.model.__mapper__, [row])

    await raid.session.run_sync(update_mappings)


@writes
async def legacy_delete(raid: Raid) -> Any:
    await raid.session.run_sync(lambda s: s.query(raid.model).delete())


async def _held_by_them(raid: Raid) -> Any:
    async with raid.arena.session_of(raid.arena.foreign.context) as session:
        return await session.get(raid.model, raid.key)


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
