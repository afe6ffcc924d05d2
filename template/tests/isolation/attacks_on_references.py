"""Attacks on notes that follow references: foreign keys, relationships, association tables."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload, selectinload, subqueryload
from sqlalchemy.orm.attributes import set_committed_value

from app.kit.ids import new_id

from .attacker import Attacker, Attacks
from .attacks_reading import WITH_REASON
from .samples import Folder, Label, Note, folder_labels
from .two_tenants import FOREIGN

references = Attacks({})


def _their_folder(attacker: Attacker) -> UUID:
    folder_id: UUID = attacker.theirs["folder_id"]
    return folder_id


@references
async def insert_with_their_reference(attacker: Attacker) -> Any:
    attacker.session.add(Note(folder_id=_their_folder(attacker), body="mine"))
    await attacker.session.flush()
    return FOREIGN


@references
async def bulk_insert_with_their_reference(attacker: Attacker) -> Any:
    row = {"id": new_id(), "folder_id": _their_folder(attacker), "body": "mine"}
    await attacker.session.execute(insert(Note), [row | {"tenant_id": attacker.own_tenant}])
    return FOREIGN


@references
async def change_to_their_reference(attacker: Attacker) -> Any:
    note = await attacker.session.get_one(Note, (attacker.own_tenant, attacker.mine["id"]))
    note.folder_id = _their_folder(attacker)
    await attacker.session.flush()
    return FOREIGN


@references
async def their_row_in_a_table_between(attacker: Attacker) -> Any:
    mine = await attacker.two_tenants.own_row(Label.__table__)
    row = {
        "tenant_id": attacker.own_tenant,
        "folder_id": _their_folder(attacker),
        "label_id": mine["id"],
    }
    statement = insert(folder_labels).values(row)
    await attacker.session.execute(statement, execution_options=WITH_REASON)
    return FOREIGN


@references
async def read_a_table_between(attacker: Attacker) -> Any:
    await attacker.two_tenants.foreign_row(folder_labels)
    statement = select(folder_labels)
    return (await attacker.session.execute(statement, execution_options=WITH_REASON)).all()


@references
async def read_a_table_between_without_reason(attacker: Attacker) -> Any:
    await attacker.two_tenants.foreign_row(folder_labels)
    return (await attacker.session.execute(select(folder_labels))).all()


@references
async def lazy_load_of_a_list(attacker: Attacker) -> Any:
    """Disguise my folder as theirs, and lazily load its notes."""
    folder = await attacker.session.get_one(
        Folder, (attacker.own_tenant, attacker.mine["folder_id"])
    )
    set_committed_value(folder, "id", _their_folder(attacker))
    set_committed_value(folder, "tenant_id", attacker.foreign_tenant)
    return await attacker.session.run_sync(lambda _: list(folder.notes))


@references
async def lazy_load_of_a_reference(attacker: Attacker) -> Any:
    note = await attacker.session.get_one(Note, (attacker.own_tenant, attacker.mine["id"]))
    set_committed_value(note, "folder_id", _their_folder(attacker))
    set_committed_value(note, "tenant_id", attacker.foreign_tenant)
    return await attacker.session.run_sync(lambda _: note.folder)


async def _eager(attacker: Attacker, load: Any) -> Any:
    folders = (await attacker.session.scalars(select(Folder).options(load))).unique().all()
    return [note for folder in folders for note in folder.notes]


@references
async def joined_load(attacker: Attacker) -> Any:
    return await _eager(attacker, joinedload(Folder.notes))


@references
async def select_in_load(attacker: Attacker) -> Any:
    return await _eager(attacker, selectinload(Folder.notes))


@references
async def subquery_load(attacker: Attacker) -> Any:
    return await _eager(attacker, subqueryload(Folder.notes))


@references
async def join_along_a_relationship(attacker: Attacker) -> Any:
    return (await attacker.session.execute(select(Note).join(Note.folder))).scalars().all()


@references
async def join_through_a_table_between(attacker: Attacker) -> Any:
    await attacker.two_tenants.foreign_row(folder_labels)
    return (await attacker.session.execute(select(Folder, Label).join(Folder.labels))).all()


@references
async def exists_along_a_relationship(attacker: Attacker) -> Any:
    return (await attacker.session.scalars(select(Folder).where(Folder.notes.any()))).all()


@references
async def their_row_appended_to_mine(attacker: Attacker) -> Any:
    async with attacker.two_tenants.session_of(attacker.two_tenants.foreign.context) as session:
        note = await session.get_one(Note, attacker.key)
    own_key = (attacker.own_tenant, attacker.mine["folder_id"])
    folder = await attacker.session.get_one(Folder, own_key, options=[selectinload(Folder.notes)])
    folder.notes.append(note)
    await attacker.session.flush()
    return FOREIGN
