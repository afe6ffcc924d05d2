"""Rows that own rows: read with them, and written in as many round trips whatever their number."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import FastAPI
from sqlalchemy.orm import Mapped, mapped_column

from app.config import Settings
from app.core.audit import copy_of
from app.core.audit._log import Act
from app.core.observability.logging import HIDDEN
from app.core.unit_of_work import UnitOfWork
from app.database.mixins import (
    OwnedRows,
    TenantMixin,
    TimestampMixin,
    UUIDMixin,
    tenant_foreign_key,
)
from app.database.owned import OwningRepository
from app.database.owned_changes import add_owned_rows, drop_owned_rows
from app.database.repository import ReferenceNotFound, RowNotFound, ValueNotAllowed
from app.database.rls import protect
from app.kit.ids import new_id
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import Notes
from tests.support.wire import Wire

TABLE, LINES = "test_owning_notes", "test_note_lines"
MOST = 60


class NoteLine(UUIDMixin, TenantMixin, Notes):
    __tablename__ = LINES
    __private__ = ("secret",)
    __table_args__ = (
        tenant_foreign_key("note_id", TABLE, name=f"fk_{LINES}_owner", ondelete="CASCADE"),
        tenant_foreign_key("other_id", TABLE, name=f"fk_{LINES}_other", ondelete="RESTRICT"),
        sa.CheckConstraint("quantity >= 0", name="quantity_is_allowed"),
    )

    note_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str]
    quantity: Mapped[int] = mapped_column(default=1)
    price: Mapped[Decimal | None] = mapped_column(sa.Numeric(30, 10))
    weight: Mapped[float | None] = mapped_column(sa.Double)
    at: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    on: Mapped[dt.date | None]
    opens: Mapped[dt.time | None]
    stay: Mapped[dt.timedelta | None]
    data: Mapped[dict[str, Any] | None]
    tags: Mapped[list[str] | None] = mapped_column(sa.ARRAY(sa.String(9)))
    secret: Mapped[str | None]
    other_id: Mapped[UUID | None]


class OwningNote(UUIDMixin, TimestampMixin, TenantMixin, Notes):
    __tablename__ = TABLE

    name: Mapped[str]
    lines = OwnedRows(NoteLine, NoteLine.note_id, most=MOST)


class OwningNoteRepository(OwningRepository[OwningNote]):
    model = OwningNote


VALUES: dict[str, Any] = {
    "title": 'A "line"\n',
    "quantity": 3,
    "price": Decimal("12345678901234567890.0123456789"),
    "weight": 0.1 + 0.2,
    "at": dt.datetime(2030, 1, 31, 12, 30, 0, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    "on": dt.date(2030, 1, 31),
    "opens": dt.time(9, 30, 0, 500_000),
    "stay": dt.timedelta(days=40, hours=25, microseconds=1),
    "data": {"a": [1, 2.5, None, "é"]},
    "tags": ["a", 'b"', "NULL", "null"],
    "secret": "s",
    "other_id": None,
}


@pytest.fixture(scope="module", autouse=True)
def _tables(settings_with_notes: Settings) -> None:
    """Create the table of owned rows as `make module` does, twice."""
    url = str(settings_with_notes.database.owner_url).replace("asyncpg", "psycopg")
    owner = sa.create_engine(url)
    lines = Notes.metadata.tables[LINES]
    given = {"tenant_id", "id", "note_id", "position"}
    columns = [(each.name, each.type) for each in lines.c if each.name not in given]
    with owner.connect() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context), context.begin_transaction():
            drop_owned_rows(LINES)
            drop_owned_rows(TABLE)
            Notes.metadata.create_all(connection, [Notes.metadata.tables[TABLE]])
            protect(TABLE)
            for _ in range(2):
                add_owned_rows(LINES, "note_id", TABLE, *(sa.Column(*each) for each in columns))
            key = "FOREIGN KEY (tenant_id, other_id)"
            connection.exec_driver_sql(
                f"ALTER TABLE {LINES} ADD CONSTRAINT fk_{LINES}_other {key} REFERENCES {TABLE},"
                f" ADD CONSTRAINT ck_{LINES}_quantity_is_allowed CHECK (quantity >= 0)"
            )
    owner.dispose()


@pytest_asyncio.fixture
async def ids(work: UnitOfWork) -> list[UUID]:
    """Two notes; the first has three lines."""
    notes = OwningNoteRepository(work.session)
    first = await notes.create(name="First", lines=[{"title": title} for title in "abc"])
    second = await notes.create(name="Second")
    await work.commit()
    return [first.id, second.id]


def titles(row: OwningNote) -> list[str]:
    return [line.title for line in row.lines]


class TestAPage:
    @needs_fast_paths
    async def test_is_read_in_one_round_trip(
        self, wired: tuple[FastAPI, Wire], wired_work: UnitOfWork, ids: list[UUID]
    ) -> None:
        notes, counts = OwningNoteRepository(wired_work.session), []
        for _ in range(7):
            before = wired[1].round_trips
            page = await notes.list(limit=3)
            counts.append(wired[1].round_trips - before)

        assert [titles(row) for row in page.items] == [[], ["a", "b", "c"]]
        assert min(counts) == 1


class TestValues:
    async def test_are_the_same_in_each_way_of_reading(self, work: UnitOfWork) -> None:
        notes = OwningNoteRepository(work.session)
        created = await notes.create(name="All", lines=[VALUES, {"title": "empty"}])

        locked = await notes.get_for_update(created.id)
        read = await notes.get(created.id)
        found = await notes.first(notes.filtered(name="All"))

        for row in (created, locked, read, found):
            assert row is not None
            full, empty = row.lines
            assert {name: getattr(full, name) for name in VALUES} == VALUES
            assert full.at is not None
            assert full.at.tzinfo == dt.UTC
            assert (full.position, full.note_id, full.tenant_id) == (0, row.id, row.tenant_id)
            assert (empty.quantity, empty.price, empty.data) == (1, None, None)

    @pytest.mark.parametrize("hours", [-23, 16, 23])
    async def test_have_any_offset_from_utc(self, work: UnitOfWork, hours: int) -> None:
        """PostgreSQL reads offsets below 16 hours only; the driver sends none."""
        at = dt.datetime(2030, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=hours)))

        note = await OwningNoteRepository(work.session).create(
            name="Offset", lines=[{"title": "a", "at": at}]
        )

        assert [line.at for line in note.lines] == [at]

    async def test_of_an_entity_are_not_there(self, work: UnitOfWork, ids: list[UUID]) -> None:
        entity = await work.session.get_one(OwningNote, (work.tenant.tenant_id, ids[0]))

        with pytest.raises(AttributeError, match="lines is loaded by an OwningRepository only"):
            _ = entity.lines


class TestAChange:
    async def test_keeps_rows_by_id_and_counts_as_one(
        self, work: UnitOfWork, ids: list[UUID]
    ) -> None:
        notes = OwningNoteRepository(work.session)
        before = await notes.get(ids[0])
        _, b, c = before.lines

        given = [{"id": c.id, "title": "c"}, {"title": "new"}, {"id": b.id, "title": "changed"}]
        after = await notes.change(before, lines=given)
        renamed = await notes.change(after, name="Renamed")
        emptied = await notes.change(renamed, lines=[])

        assert after.updated_at > before.updated_at
        assert titles(after) == titles(renamed) == ["c", "new", "changed"]
        assert [after.lines[0].id, after.lines[2].id] == [c.id, b.id]
        assert titles(emptied) == titles(await notes.get(ids[0])) == []

    async def test_refuses_and_can_go_on(self, work: UnitOfWork, ids: list[UUID]) -> None:
        notes = OwningNoteRepository(work.session)
        row = await notes.get_for_update(ids[0])
        other = await notes.get_for_update(ids[1])
        line = {"id": row.lines[0].id, "title": "a"}

        for lines in ([{**line, "id": new_id()}], [line, line]):
            with pytest.raises(ReferenceNotFound, match=r"lines\.\d\.id"):
                await notes.change(row, lines=lines)
        with pytest.raises(ReferenceNotFound, match=r"lines\.0\.id"):
            await notes.change(other, lines=[line])
        with pytest.raises(ReferenceNotFound, match=r"lines\.other_id"):
            await notes.change(row, lines=[{**line, "other_id": new_id()}])
        with pytest.raises(ValueNotAllowed, match=r"lines\.quantity"):
            await notes.change(row, lines=[{**line, "quantity": -1}])
        with pytest.raises(ValueNotAllowed, match="lines"):
            await notes.change(row, lines=[{"title": "x"}] * (MOST + 1))
        with pytest.raises(TypeError, match="has no column tilte"):
            await notes.change(row, lines=[{"tilte": "x"}])

        assert titles(await notes.change(row, lines=[line])) == ["a"]

    @needs_fast_paths
    async def test_takes_as_many_round_trips_whatever_the_number_of_rows(
        self, wired: tuple[FastAPI, Wire], wired_work: UnitOfWork
    ) -> None:
        notes, wire = OwningNoteRepository(wired_work.session), wired[1]
        counts = []
        for number in (1, MOST, 1, MOST, 1, MOST):
            lines = [{"title": "x"}] * number
            start = wire.round_trips
            row = await notes.create(name="Some", lines=lines)
            created = wire.round_trips
            locked = await notes.get_for_change(row.id)
            await notes.change(locked, lines=lines)
            counts.append((created - start, wire.round_trips - created))

        assert counts[-2] == counts[-1] == (2, 4)


class TestOwnedRows:
    async def test_are_hidden_from_other_tenants_by_themselves(
        self, work: UnitOfWork, rival_work: UnitOfWork, ids: list[UUID]
    ) -> None:
        count = sa.select(sa.func.count()).select_from(NoteLine)

        assert await work.session.scalar(count) == 3
        assert await rival_work.session.scalar(count) == 0
        with pytest.raises(RowNotFound):
            await OwningNoteRepository(rival_work.session).get(ids[0])

    async def test_go_with_their_row(self, work: UnitOfWork, ids: list[UUID]) -> None:
        notes = OwningNoteRepository(work.session)

        await notes.delete(await notes.get_for_update(ids[0]))

        count = sa.select(sa.func.count()).select_from(NoteLine)
        assert await work.session.scalar(count) == 0

    async def test_are_in_the_audit_entry_of_their_row(
        self, work: UnitOfWork, ids: list[UUID]
    ) -> None:
        notes = OwningNoteRepository(work.session)
        before = await notes.get_for_update(ids[0])
        [line, *_] = before.lines
        after = await notes.change(before, lines=[{"id": line.id, "title": "a", "secret": "s"}])

        changes = Act("notes.changed", before=before, after=after).changes()

        assert changes.keys() == {"lines"}
        assert [one["title"] for one in changes["lines"]["old"]] == ["a", "b", "c"]
        [new] = changes["lines"]["new"]
        assert (new["title"], new["secret"]) == ("a", HIDDEN)
        assert not {"id", "tenant_id", "note_id", "position"} & new.keys()
        assert titles(copy_of(before)) == ["a", "b", "c"]
