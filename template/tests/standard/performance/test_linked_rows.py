"""Rows with lists of references: read with them, in as many round trips as without."""

from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import FastAPI
from sqlalchemy.orm import Mapped

from app.config import Settings
from app.core.unit_of_work import UnitOfWork
from app.database.link_changes import add_links, drop_links, set_links_rule
from app.database.links import LinkedRepository, linked_to
from app.database.mixins import (
    LinkedIds,
    TenantMixin,
    TimestampMixin,
    UUIDMixin,
    tenant_foreign_key,
)
from app.database.repository import ReferenceNotFound
from app.database.rls import protect
from app.kit.ids import new_id
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import Notes
from tests.support.wire import Wire

TABLE, LINKS = "test_linked_notes", "test_note_links"


class NoteLink(UUIDMixin, TenantMixin, Notes):
    __tablename__ = LINKS
    __table_args__ = (
        tenant_foreign_key("note_id", TABLE, name=f"fk_{LINKS}_from", ondelete="CASCADE"),
        tenant_foreign_key("other_id", TABLE, name=f"fk_{LINKS}_to", ondelete="CASCADE"),
    )

    note_id: Mapped[UUID]
    other_id: Mapped[UUID]


class LinkedNote(UUIDMixin, TimestampMixin, TenantMixin, Notes):
    __tablename__ = TABLE

    name: Mapped[str]
    other_ids = LinkedIds(NoteLink.note_id, NoteLink.other_id)


class LinkedNoteRepository(LinkedRepository[LinkedNote]):
    model = LinkedNote
    filters = (linked_to(LinkedNote.other_ids),)


@pytest.fixture(scope="module", autouse=True)
def _tables(settings_with_notes: Settings) -> None:
    """Create a join table as `make module` does, twice, and change its rule."""
    url = str(settings_with_notes.database.owner_url).replace("asyncpg", "psycopg")
    owner = sa.create_engine(url)
    with owner.connect() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context), context.begin_transaction():
            drop_links(LINKS)
            drop_links(TABLE)
            Notes.metadata.create_all(connection, [Notes.metadata.tables[TABLE]])
            protect(TABLE)
            for _ in range(2):
                add_links(LINKS, "note_id", TABLE, "other_id", TABLE, "RESTRICT")
            set_links_rule(LINKS, "other_id", TABLE, "CASCADE")
    owner.dispose()


@pytest_asyncio.fixture
async def ids(work: UnitOfWork) -> list[UUID]:
    """Three notes; the last two are linked to those before them."""
    notes = LinkedNoteRepository(work.session)
    first = await notes.create(name="First")
    second = await notes.create(name="Second", other_ids=[first.id])
    third = await notes.create(name="Third", other_ids=[second.id, first.id, second.id])
    await work.commit()
    return [first.id, second.id, third.id]


class TestAPage:
    @needs_fast_paths
    async def test_is_read_in_one_round_trip(
        self,
        wired: tuple[FastAPI, Wire],
        wired_work: UnitOfWork,
        ids: list[UUID],
    ) -> None:
        notes, counts = LinkedNoteRepository(wired_work.session), []
        for _ in range(7):
            before = wired[1].round_trips
            page = await notes.list(limit=3)
            counts.append(wired[1].round_trips - before)

        assert [row.other_ids for row in page.items] == [ids[:2], ids[:1], []]
        assert min(counts) == 1

    async def test_is_filtered_by_one(self, work: UnitOfWork, ids: list[UUID]) -> None:
        page = await LinkedNoteRepository(work.session).listed({"other_id": ids[1]}, limit=3)

        assert [row.id for row in page.items] == ids[2:]


class TestAQuery:
    async def test_loads_the_links_of_all_rows(self, work: UnitOfWork, ids: list[UUID]) -> None:
        notes = LinkedNoteRepository(work.session)

        page = await notes.page(notes.query(), limit=3, cursor=None)

        assert [row.other_ids for row in page.items] == [ids[:2], ids[:1], []]
        assert await notes.all(notes.filtered(name="Fourth")) == []

    async def test_of_an_entity_has_none(self, work: UnitOfWork, ids: list[UUID]) -> None:
        entity = await work.session.get_one(LinkedNote, (work.tenant.tenant_id, ids[0]))

        with pytest.raises(AttributeError, match="other_ids is loaded by a LinkedRepository only"):
            _ = entity.other_ids


class TestAChange:
    async def test_replaces_the_list_and_counts_as_one(
        self, work: UnitOfWork, ids: list[UUID]
    ) -> None:
        notes = LinkedNoteRepository(work.session)
        before = await notes.get(ids[2])

        after = await notes.change(before, other_ids=[ids[0], ids[2]])
        renamed = await notes.change(after, name="Fourth")

        assert after.updated_at > before.updated_at
        assert after.other_ids == renamed.other_ids == [ids[0], ids[2]]
        assert (await notes.get(ids[2])).other_ids == [ids[0], ids[2]]

    async def test_refuses_what_is_not_there_and_can_go_on(
        self, work: UnitOfWork, rival_work: UnitOfWork, ids: list[UUID]
    ) -> None:
        theirs = await LinkedNoteRepository(rival_work.session).create(name="Theirs")
        await rival_work.commit()
        notes = LinkedNoteRepository(work.session)
        row = await notes.get_for_update(ids[2])

        with pytest.raises(ReferenceNotFound, match="other_ids"):
            await notes.change(row, other_ids=[ids[0], theirs.id])

        assert (await notes.change(row, other_ids=[])).other_ids == []

    @pytest.mark.parametrize("before", ["nothing", "a write", "the ORM"])
    async def test_that_is_refused_leaves_nothing_behind(
        self, work: UnitOfWork, ids: list[UUID], before: str
    ) -> None:
        """Neither the row nor its columns; what was written before stays, and work goes on."""
        notes, written = LinkedNoteRepository(work.session), ["Third", "Second", "First"]
        row = await notes.get(ids[2])
        await work.release()
        if before == "the ORM":
            work.session.add(LinkedNote(id=new_id(), name="Entity"))
            written = ["Entity", *written]
        elif before == "a write":
            await notes.create(name="Written", other_ids=[ids[0]])
            written = ["Written", *written]

        with pytest.raises(ReferenceNotFound, match="other_ids"):
            await notes.create(name="Lost", other_ids=[ids[0], new_id()])
        with pytest.raises(ReferenceNotFound, match="other_ids"):
            await notes.change(row, name="Lost", other_ids=[new_id()])
        await notes.create(name="Kept", other_ids=[ids[1]])
        await work.commit()

        page = await notes.list(limit=9)
        assert [each.name for each in page.items] == ["Kept", *written]
        assert page.items[-3].other_ids == ids[:2]
