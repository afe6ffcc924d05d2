"""Attacks on notes that follow references: foreign keys, relationships, association tables."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload, selectinload, subqueryload
from sqlalchemy.orm.attributes import set_committed_value

from app.kit.ids import new_id

from .arena import FOREIGN
from .attacks_reading import WITH_REASON
from .raids import Attacks, Raid
from .samples import Folder, Label, Note, folder_labels

references = Attacks({})


def _their_folder(raid: Raid) -> UUID:
    folder_id: UUID = raid.theirs["folder_id"]
    return folder_id


@references
async def insert_with_their_reference(raid: Raid) -> Any:
    raid.session.add(Note(folder_id=_their_folder(raid), body="mine"))
    await raid.session.flush()
    return FOREIGN


@references
async def bulk_insert_with_their_reference(raid: Raid) -> Any:
    row = {"id": new_id(), "folder_id": _their_folder(raid), "body": "mine"}
    await raid.session.execute(insert(Note), [row | {"tenant_id": raid.own_tenant}])
    return FOREIGN


@references
async def change_to_their_reference(raid: Raid) -> Any:
    note = await raid.session.get_one(Note, (raid.own_tenant, raid.mine["id"]))
    note.folder_id = _their_folder(raid)
    await raid.session.flush()
    return FOREIGN


@references
async def their_row_in_a_table_between(raid: Raid) -> Any:
    mine = await raid.arena.own_row(Label.__table__)
    row = {
        "tenant_id": raid.own_tenant,
        "folder_id": _their_folder(raid),
        "label_id": mine["id"],
    }
    statement = insert(folder_labels).values(row)
    await raid.session.execute(statement, execution_options=WITH_REASON)
    return FOREIGN


@references
async def read_a_table_between(raid: Raid) -> Any:
    await raid.arena.foreign_row(folder_labels)
    statement = select(folder_labels)
    return (await raid.session.execute(statement, execution_options=WITH_REASON)).all()


@references
async def read_a_table_between_without_reason(raid: Raid) -> Any:
    await raid.arena.foreign_row(folder_labels)
    return (await raid.session.execute(select(folder_labels))).all()


@references
async def lazy_load_of_a_list(raid: Raid) -> Any:
    """Disguise my folder as theirs, and lazily load its notes."""
    folder = await raid.session.get_one(Folder, (raid.own_tenant, raid.mine["folder_id"]))
    set_committed_value(folder, "id", _their_folder(raid))
    set_committed_value(folder, "tenant_id", raid.foreign_tenant)
    return await raid.session.run_sync(lambda _: list(folder.notes))


@references
async def lazy_load_of_a_reference(raid: Raid) -> Any:
    note = await raid.session.get_one(Note, (raid.own_tenant, raid.mine["id"]))
    set_committed_value(note, "folder_id", _their_folder(raid))
    set_committed_value(note, "tenant_id", raid.foreign_tenant)
    return await raid.session.run_sync(lambda _: note.folder)


async def _eager(raid: Raid, load: Any) -> Any:
    folders = (await raid.session.scalars(select(Folder).options(load))).unique().all()
    return [note for folder in folders for note in folder.notes]


@references
async def joined_load(raid: Raid) -> Any:
    return await _eager(raid, joinedload(Folder.notes))


@references
async def select_in_load(raid: Raid) -> Any:
    return await _eager(raid, selectinload(Folder.notes))


@references
async def subquery_load(raid: Raid) -> Any:
    return await _eager(raid, subqueryload(Folder.notes))


@references
async def join_along_a_relationship(raid: Raid) -> Any:
    return (await raid.session.execute(select(Note).join(Note.folder))).scalars().all()


@references
async def join_through_a_table_between(raid: Raid) -> Any:
    await raid.arena.foreign_row(folder_labels)
    return (await raid.session.execute(select(Folder, Label).join(Folder.labels))).all()


@references
async def exists_along_a_relationship(raid: Raid) -> Any:
    return (await raid.session.scalars(select(Folder).where(Folder.notes.any()))).all()


@references
async def their_row_appended_to_mine(raid: Raid) -> Any:
    async with raid.arena.session_of(raid.arena.foreign.context) as session:
        note = await session.get_one(Note, raid.key)
    own_key = (raid.own_tenant, raid.mine["folder_id"])
    folder = await raid.session.get_one(Folder, own_key, options=[selectinload(Folder.notes)])
    folder.notes.append(note)
    await raid.session.flush()
    return FOREIGN
