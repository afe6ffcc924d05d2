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

from .attacker import Attacker, Attacks
from .attacks_reading import WITH_REASON
from .two_tenants import FOREIGN

writes = Attacks({})


async def _run(attacker: Attacker, statement: Any, rows: Any = None, **options: Any) -> Any:
    done = await attacker.session.execute(statement, rows, execution_options=options)
    try:
        return done.all()
    except ResourceClosedError:
        return None  # a statement without rows


def _stolen(attacker: Attacker) -> dict[str, Any]:
    return {"tenant_id": attacker.foreign_tenant}


@writes
async def update_all(attacker: Attacker) -> Any:
    return await _run(attacker, update(attacker.model).values(attacker.change))


@writes
async def update_by_id(attacker: Attacker) -> Any:
    theirs = update(attacker.model).where(attacker.model.id == attacker.target)
    return await _run(attacker, theirs.values(attacker.change))


@writes
async def update_returning(attacker: Attacker) -> Any:
    return await _run(
        attacker, update(attacker.model).values(attacker.change).returning(attacker.model)
    )


@writes
async def update_with_parameters(attacker: Attacker) -> Any:
    theirs = update(attacker.model).where(attacker.model.id == bindparam("target"))
    return await _run(attacker, theirs, {"target": attacker.target, **attacker.change})


@writes
async def update_by_primary_key(attacker: Attacker) -> Any:
    row = {"tenant_id": attacker.foreign_tenant, "id": attacker.target, **attacker.change}
    return await _run(attacker, update(attacker.model), [row])


@writes
async def update_core(attacker: Attacker) -> Any:
    return await _run(attacker, update(attacker.table).values(attacker.change))


@writes
async def update_core_with_reason(attacker: Attacker) -> Any:
    return await _run(attacker, update(attacker.table).values(attacker.change), **WITH_REASON)


@writes
async def update_text_with_reason(attacker: Attacker) -> Any:
    everything = text(f"UPDATE {attacker.table.name} SET id = gen_random_uuid()")
    return await _run(attacker, everything, **WITH_REASON)


@writes
async def update_from_another_table(attacker: Attacker) -> Any:
    """Copy their values into a row of mine."""
    name = next(iter(attacker.contents))
    inner = (
        select(attacker.table.c[name]).where(attacker.table.c.id == attacker.target).correlate(None)
    )
    mine = update(attacker.model).where(attacker.model.id == attacker.mine["id"])
    changed = mine.values({name: inner.scalar_subquery()}).returning(attacker.table.c[name])
    return await _run(attacker, changed)


@writes
async def update_from_a_subquery(attacker: Attacker) -> Any:
    name = next(iter(attacker.contents))
    other = aliased(attacker.model)
    inner = select(getattr(other, name)).where(other.id == attacker.target).scalar_subquery()
    mine = update(attacker.model).where(attacker.model.id == attacker.mine["id"])
    return await _run(attacker, mine.values({name: inner}).returning(attacker.table.c[name]))


@writes
async def update_global_row_from_theirs(attacker: Attacker) -> Any:
    """Copy a value of theirs into my own user, because the users table has no tenant filter."""
    inner = select(func.max(cast(attacker.model.id, Text))).where(
        attacker.model.id == attacker.target
    )
    me = update(User).where(User.id == attacker.two_tenants.own.user_id)
    changed = me.values(full_name=func.coalesce(inner.scalar_subquery(), "nobody"))
    return await _run(attacker, changed.returning(User.full_name))


@writes
async def update_global_rows_chosen_by_theirs(attacker: Attacker) -> Any:
    them = exists().where(attacker.model.id == attacker.target)
    me = update(User).where(User.id == attacker.two_tenants.own.user_id, them)
    found = await _run(attacker, me.values(full_name="found").returning(User.full_name))
    return FOREIGN if found else None


@writes
async def insert_global_row_from_theirs(attacker: Attacker) -> Any:
    inner = select(func.max(cast(attacker.model.id, Text))).where(
        attacker.model.id == attacker.target
    )
    name = func.coalesce(inner.scalar_subquery(), "nobody")
    row = {"email": f"{new_id()}@example.com", "full_name": name, "password_hash": "none"}
    return await _run(attacker, insert(User).values(row).returning(User.full_name))


@writes
async def give_own_row_away(attacker: Attacker) -> Any:
    mine = update(attacker.model).where(attacker.model.id == attacker.mine["id"])
    return await _run(attacker, mine.values(tenant_id=attacker.foreign_tenant))


@writes
async def give_own_row_away_in_order(attacker: Attacker) -> Any:
    mine = update(attacker.model).where(attacker.model.id == attacker.mine["id"])
    return await _run(
        attacker, mine.ordered_values((attacker.model.tenant_id, attacker.foreign_tenant))
    )


@writes
async def give_own_row_away_by_parameter(attacker: Attacker) -> Any:
    mine = update(attacker.model).where(attacker.model.id == attacker.mine["id"])
    return await _run(attacker, mine, {"tenant_id": attacker.foreign_tenant})


@writes
async def give_own_row_away_by_expression(attacker: Attacker) -> Any:
    mine = update(attacker.model).where(attacker.model.id == attacker.mine["id"])
    value = func.coalesce(literal(attacker.foreign_tenant), attacker.model.tenant_id)
    return await _run(attacker, mine.values(tenant_id=value))


@writes
async def give_own_row_away_as_object(attacker: Attacker) -> Any:
    mine = await attacker.session.get_one(
        attacker.model, (attacker.own_tenant, attacker.mine["id"])
    )
    mine.tenant_id = attacker.foreign_tenant


@writes
async def delete_all(attacker: Attacker) -> Any:
    return await _run(attacker, delete(attacker.model))


@writes
async def delete_by_id(attacker: Attacker) -> Any:
    return await _run(attacker, delete(attacker.model).where(attacker.model.id == attacker.target))


@writes
async def delete_returning(attacker: Attacker) -> Any:
    return await _run(attacker, delete(attacker.model).returning(attacker.model.id))


@writes
async def delete_core(attacker: Attacker) -> Any:
    return await _run(attacker, delete(attacker.table))


@writes
async def delete_core_with_reason(attacker: Attacker) -> Any:
    return await _run(attacker, delete(attacker.table), **WITH_REASON)


@writes
async def delete_text_with_reason(attacker: Attacker) -> Any:
    return await _run(attacker, text(f"DELETE FROM {attacker.table.name}"), **WITH_REASON)


@writes
async def delete_through_the_connection(attacker: Attacker) -> Any:
    connection = await attacker.session.connection(execution_options=WITH_REASON)
    await connection.execute(delete(attacker.table))


@writes
async def insert_values(attacker: Attacker) -> Any:
    return await _run(attacker, insert(attacker.model).values(await attacker.new_for_them()))


@writes
async def insert_parameters(attacker: Attacker) -> Any:
    return await _run(attacker, insert(attacker.model), await attacker.new_for_them())


@writes
async def insert_many(attacker: Attacker) -> Any:
    return await _run(attacker, insert(attacker.model), [await attacker.new_for_them()])


@writes
async def insert_many_values(attacker: Attacker) -> Any:
    rows = [await attacker.new_for_them(), await attacker.new_for_them()]
    return await _run(attacker, insert(attacker.model).values(rows))


@writes
async def insert_with_bound_parameter(attacker: Attacker) -> Any:
    row = await attacker.new_for_them() | {"tenant_id": bindparam("whose")}
    return await _run(
        attacker, insert(attacker.model).values(row), {"whose": attacker.foreign_tenant}
    )


@writes
async def insert_core(attacker: Attacker) -> Any:
    return await _run(attacker, insert(attacker.table).values(await attacker.new_for_them()))


@writes
async def insert_core_with_reason(attacker: Attacker) -> Any:
    return await _run(
        attacker, insert(attacker.table).values(await attacker.new_for_them()), **WITH_REASON
    )


@writes
async def insert_from_select(attacker: Attacker) -> Any:
    """Copy their row into one of mine."""
    columns = [c for c in attacker.table.columns if c.name not in ("id", "tenant_id")]
    source = select(func.gen_random_uuid(), literal(attacker.own_tenant), *columns).where(
        attacker.table.c.id == attacker.target
    )
    names = ["id", "tenant_id", *(c.name for c in columns)]
    copied = insert(attacker.model).from_select(names, source).returning(*columns)
    return await _run(attacker, copied)


@writes
async def insert_of_a_subquery(attacker: Attacker) -> Any:
    name = next(iter(attacker.contents))
    inner = select(attacker.table.c[name]).where(attacker.table.c.id == attacker.target)
    row = await attacker.new_for_me() | {name: inner.scalar_subquery()}
    return await _run(
        attacker, insert(attacker.model).values(row).returning(attacker.table.c[name])
    )


@writes
async def upsert_onto_their_row(attacker: Attacker) -> Any:
    row = await attacker.new_for_them() | {"id": attacker.target}
    over = upsert(attacker.model).on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=attacker.change
    )
    return await _run(attacker, over, [row])


@writes
async def upsert_core_onto_their_row(attacker: Attacker) -> Any:
    row = await attacker.new_for_them() | {"id": attacker.target}
    over = upsert(attacker.table).on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=attacker.change
    )
    return await _run(attacker, over.values(row), **WITH_REASON)


@writes
async def upsert_giving_own_row_away(attacker: Attacker) -> Any:
    row = await attacker.new_for_me() | {"id": attacker.mine["id"]}
    over = upsert(attacker.model).on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=_stolen(attacker)
    )
    return await _run(attacker, over, [row])


@writes
async def add_for_them(attacker: Attacker) -> Any:
    attacker.session.add(attacker.model(**await attacker.new_for_them()))


@writes
async def add_and_change_afterwards(attacker: Attacker) -> Any:
    row = attacker.model(**await attacker.new_for_me())
    attacker.session.add(row)
    row.tenant_id = attacker.foreign_tenant


@writes
async def merge_their_row(attacker: Attacker) -> Any:
    row = {"tenant_id": attacker.foreign_tenant, "id": attacker.target, **attacker.change}
    await attacker.session.merge(attacker.model(**row))


@writes
async def merge_a_new_row_of_theirs(attacker: Attacker) -> Any:
    await attacker.session.merge(attacker.model(**await attacker.new_for_them()))


@writes
async def change_a_foreign_row(attacker: Attacker) -> Any:
    """Change and save a row that was loaded in the other tenant's session."""
    row = await _held_by_them(attacker)
    attacker.session.add(row)
    _set(row, attacker.change)


@writes
async def delete_a_foreign_row(attacker: Attacker) -> Any:
    await attacker.session.delete(await _held_by_them(attacker))


@writes
async def change_a_forged_row(attacker: Attacker) -> Any:
    row = attacker.model(tenant_id=attacker.foreign_tenant, id=attacker.target)
    make_transient_to_detached(row)
    attacker.session.add(row)
    _set(row, attacker.change)


@writes
async def change_a_row_in_disguise(attacker: Attacker) -> Any:
    """Load a row of mine, then make the ORM believe it is theirs."""
    row = await attacker.session.get_one(attacker.model, (attacker.own_tenant, attacker.mine["id"]))
    set_committed_value(row, "tenant_id", attacker.foreign_tenant)
    set_committed_value(row, "id", attacker.target)
    _set(row, attacker.change)


@writes
async def delete_a_row_in_disguise(attacker: Attacker) -> Any:
    row = await attacker.session.get_one(attacker.model, (attacker.own_tenant, attacker.mine["id"]))
    set_committed_value(row, "tenant_id", attacker.foreign_tenant)
    set_committed_value(row, "id", attacker.target)
    await attacker.session.delete(row)


@writes
async def bulk_save(attacker: Attacker) -> Any:
    row = attacker.model(**await attacker.new_for_them())
    await attacker.session.run_sync(lambda s: s.bulk_save_objects([row]))


@writes
async def bulk_insert(attacker: Attacker) -> Any:
    row = await attacker.new_for_them()

    def insert_mappings(session: Session) -> None:
        session.bulk_insert_mappings(attacker.model.__mapper__, [row])

    await attacker.session.run_sync(insert_mappings)


@writes
async def bulk_update(attacker: Attacker) -> Any:
    row = {"tenant_id": attacker.foreign_tenant, "id": attacker.target, **attacker.change}

    def update_mappings(session: Session) -> None:
        session.bulk_update_mappings(attacker.model.__mapper__, [row])

    await attacker.session.run_sync(update_mappings)


@writes
async def legacy_delete(attacker: Attacker) -> Any:
    await attacker.session.run_sync(lambda s: s.query(attacker.model).delete())


async def _held_by_them(attacker: Attacker) -> Any:
    async with attacker.two_tenants.session_of(attacker.two_tenants.foreign.context) as session:
        return await session.get(attacker.model, attacker.key)


def _set(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
