"""Isolation lets a tenant use its own rows; otherwise the attacks could fail for any reason."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import case, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.orm import aliased, joinedload, selectinload, subqueryload, with_parent

from app.kit.ids import new_id

from .samples import Folder, Label, Note, folder_labels
from .two_tenants import OWN, Row, TwoTenants

other = aliased(Folder)

READING: dict[str, Callable[[], Any]] = {
    "all": lambda: select(Folder),
    "columns": lambda: select(Folder.id, Folder.code).order_by(Folder.code.desc()).limit(100),
    "count": lambda: select(func.count()).select_from(Folder),
    "alias": lambda: select(other).where(other.code != ""),
    "join": lambda: select(Folder).join(Folder.notes),
    "join of aliases": lambda: select(other).join(other.notes.of_type(aliased(Note))),
    "join through a table between": lambda: select(Folder).join(Folder.labels),
    "any": lambda: select(Folder).where(Folder.notes.any(Note.body != "")),
    "any through a table between": lambda: select(Folder).where(Folder.labels.any()),
    "has": lambda: select(Note).where(Note.folder.has(Folder.code != "")),
    "in a subquery": lambda: select(Folder).where(Folder.id.in_(select(Note.folder_id))),
    "exists": lambda: select(Folder).where(exists().where(Note.folder_id == Folder.id)),
    "cte": lambda: select(select(Folder.code).cte().c.code),
    "alias of a subquery": lambda: select(aliased(Folder, select(Folder).subquery())),
    "grouped": lambda: select(Folder.code, func.count()).group_by(Folder.code),
    "tuple": lambda: select(Folder).where(tuple_(Folder.code, Folder.id) > ("", new_id())),
    "case": lambda: select(case((Folder.code != "", Folder.code), else_="")),
    "joined load": lambda: select(Folder).options(joinedload(Folder.notes)),
    "select-in load": lambda: select(Folder).options(selectinload(Folder.labels)),
    "subquery load": lambda: select(Folder).options(subqueryload(Folder.notes)),
}


@pytest.fixture
async def note(two_tenants: TwoTenants) -> Row:
    """A note in a folder with a label, all of the own tenant."""
    row = await two_tenants.own_row(Note.__table__)
    label = await two_tenants.own_row(Label.__table__)
    link = {"tenant_id": row["tenant_id"], "folder_id": row["folder_id"], "label_id": label["id"]}
    await two_tenants.admin.execute(insert(folder_labels).values(link))
    return row


@pytest.fixture
def key(note: Row) -> tuple[Any, Any]:
    return (note["tenant_id"], note["id"])


class TestReading:
    @pytest.mark.parametrize("name", READING)
    async def test_finds_own_rows(self, two_tenants: TwoTenants, note: Row, name: str) -> None:
        async with two_tenants.session() as session:
            found = (await session.execute(READING[name]())).unique().all()

        assert found

    async def test_gets_and_refreshes(self, two_tenants: TwoTenants, key: Any) -> None:
        async with two_tenants.session() as session:
            note = await session.get_one(Note, key)
            await session.refresh(note)

            assert note.body.startswith(OWN)

    async def test_loads_late(self, two_tenants: TwoTenants, note: Row) -> None:
        async with two_tenants.session() as session:
            folder = await session.get_one(Folder, (note["tenant_id"], note["folder_id"]))

            def late(_: Any) -> tuple[int, int, str]:
                return len(folder.notes), len(folder.labels), folder.secret

            notes, labels, secret = await session.run_sync(late)

        assert (notes, labels) == (1, 1)
        assert secret.startswith(OWN)

    async def test_asks_for_the_parent(self, two_tenants: TwoTenants, note: Row) -> None:
        async with two_tenants.session() as session:
            folder = await session.get_one(Folder, (note["tenant_id"], note["folder_id"]))
            found = await session.scalars(select(Note).where(with_parent(folder, Folder.notes)))

            assert len(found.all()) == 1


class TestWriting:
    async def test_changes_and_deletes_objects(self, two_tenants: TwoTenants, key: Any) -> None:
        async with two_tenants.session() as session:
            (await session.get_one(Note, key)).body = "changed"
            await session.commit()
            await session.delete(await session.get_one(Note, key))
            await session.commit()

            assert await session.get(Note, key) is None

    async def test_changes_and_deletes_rows(self, two_tenants: TwoTenants, note: Row) -> None:
        mine = Note.id == note["id"]
        changed = update(Note).where(mine, Note.folder.has()).values(body=Note.body + "!")
        async with two_tenants.session() as session:
            bodies = (await session.scalars(changed.returning(Note.body))).all()
            await session.execute(delete(Note).where(mine))
            await session.commit()

        assert [body[-1] for body in bodies] == ["!"]

    async def test_adds_with_references(self, two_tenants: TwoTenants) -> None:
        label = Label(id=new_id(), name="mine")
        folder = Folder(code=str(new_id()), secret="", notes=[Note(body="")], labels=[label])
        async with two_tenants.session() as session:
            session.add(folder)
            await session.commit()

            assert folder.tenant_id == label.tenant_id == two_tenants.own.tenant_id

    async def test_inserts_many(self, two_tenants: TwoTenants) -> None:
        rows = [{"id": new_id(), "name": "mine"} for _ in range(3)]
        async with two_tenants.session() as session:
            added = await session.scalars(insert(Label).returning(Label.tenant_id), rows)
            await session.execute(update(Label), [row | {"name": "ours"} for row in rows])
            await session.commit()

            assert set(added) == {two_tenants.own.tenant_id}
