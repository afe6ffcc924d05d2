"""What migrations of modules do, and what modules have, holds for tables of a cluster too."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import DeclarativeBase, Mapped

from app.core.auth import Actor
from app.core.counters import numbered
from app.core.export import export_rows
from app.core.runtime import Runtime
from app.core.tenant_import import import_rows, read_tenant_file
from app.core.unit_of_work import open_unit
from app.database import field_changes as changes
from app.database.base import NAMING, Base
from app.database.link_changes import add_links, drop_links, set_links_rule
from app.database.links import LinkedRepository, linked_to
from app.database.mixins import (
    LinkedIds,
    SearchMixin,
    TenantMixin,
    TimestampMixin,
    UUIDMixin,
    tenant_foreign_key,
)
from app.database.rls import protect
from app.kit.ids import new_id
from app.modules.tenants.models import Tenant
from app.modules.tenants.services import TenantLifecycle
from tests.support.people import Person

from .conftest import Distributed
from .distributed import invite, invited, migrate

pytestmark = pytest.mark.slow

TABLE, LINKS = "test_books", "test_book_links"
FORCED = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relkind = 'r'"


class Books(DeclarativeBase):
    """A separate metadata, because tests compare the project's own with its migrations."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = Base.type_annotation_map


tenants = Base.metadata.tables[Tenant.__tablename__].to_metadata(Books.metadata)


class BookLink(UUIDMixin, TenantMixin, Books):
    __tablename__ = LINKS
    __table_args__ = (
        tenant_foreign_key("book_id", TABLE, name=f"fk_{LINKS}_from", ondelete="CASCADE"),
        tenant_foreign_key("other_id", TABLE, name=f"fk_{LINKS}_to", ondelete="CASCADE"),
    )

    book_id: Mapped[UUID]
    other_id: Mapped[UUID]


class Book(SearchMixin, UUIDMixin, TimestampMixin, TenantMixin, Books):
    __tablename__ = TABLE
    __searched__ = ("title",)

    title: Mapped[str]
    other_ids = LinkedIds(BookLink.book_id, BookLink.other_id)


class BookRepository(LinkedRepository[Book]):
    model = Book
    filters = (linked_to(Book.other_ids),)


def _create() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    protect(TABLE)
    add_links(LINKS, "book_id", TABLE, "other_id", TABLE, "CASCADE")
    changes.add_search(TABLE, "title")


def _drop() -> None:
    changes.drop_search(TABLE)
    drop_links(LINKS)
    op.drop_table(TABLE, if_exists=True)


@pytest_asyncio.fixture(scope="module")
async def books(distributed: Distributed) -> AsyncIterator[Distributed]:
    try:
        await migrate(distributed.cluster, _create)
        yield distributed
    finally:
        await migrate(distributed.cluster, _drop)


@pytest.fixture
def title() -> str:
    return f"Title {new_id()}"


async def write(runtime: Runtime, person: Person, *titles: str) -> list[Book]:
    """Create books, each linked to those before it."""
    rows: list[Book] = []
    async with open_unit(runtime, person.actor, person.context) as work:
        for each in titles:
            others = [row.id for row in rows]
            rows.append(await BookRepository(work.session).create(title=each, other_ids=others))
    return rows


async def listed(runtime: Runtime, person: Person, **filters: object) -> list[Book]:
    async with open_unit(runtime, person.actor, person.context) as work:
        return [*(await BookRepository(work.session).listed(filters, limit=50)).items]


@pytest.mark.usefixtures("books")
class TestAModule:
    async def test_searches_and_links(self, runtime: Runtime, owner: Person, rival: Person) -> None:
        first, second = await write(runtime, owner, "The old man", "The old sea")
        await write(runtime, rival, "The old boat")

        assert [row.id for row in await listed(runtime, owner)] == [second.id, first.id]
        assert [row.other_ids for row in await listed(runtime, owner)] == [[first.id], []]
        assert [row.title for row in await listed(runtime, owner, search="old m")] == [
            "The old man"
        ]
        assert [row.id for row in await listed(runtime, owner, other_id=first.id)] == [second.id]

        async with open_unit(runtime, owner.actor, owner.context) as work:
            rows = BookRepository(work.session)
            row = await rows.get_for_change(second.id)
            await rows.change(row, title="The young sea", other_ids=[second.id])

        assert await listed(runtime, owner, search="old sea") == []
        [changed] = await listed(runtime, owner, search="you sea")
        assert changed.other_ids == [second.id]

    async def test_counts_without_gaps(self, runtime: Runtime, owner: Person) -> None:
        numbers = []
        for _ in range(2):
            async with (
                open_unit(runtime, owner.actor, owner.context) as work,
                numbered(work, "books.number", "B-{n}") as number,
            ):
                numbers.append(number)

        assert numbers == ["B-1", "B-2"]


@pytest.mark.usefixtures("books")
class TestChanges:
    async def test_reach_all_tenants_and_force_nothing(
        self, distributed: Distributed, runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        for person in (owner, rival):
            await write(runtime, person, "One", "Two")

        await migrate(distributed.cluster, _change, _change)

        with distributed.cluster.connect() as connection:
            rows = connection.execute(
                f"SELECT count(*), count(DISTINCT label), min(seats) FROM {TABLE}"
            ).fetchone()
            assert rows is not None
            assert rows[0] == rows[1] >= 4
            found = f"SELECT count(DISTINCT id) FROM {TABLE}_words WHERE word = 'one'"
            assert connection.execute(found).fetchone() == (2,)
            assert connection.execute(FORCED).fetchall() == []
        await migrate(distributed.cluster, _change_back, _change_back)


def _change() -> None:
    changes.add_column(TABLE, sa.Column("seats", sa.Integer(), server_default="4", nullable=False))
    changes.add_column(TABLE, sa.Column("label", sa.String(80)))
    changes.add_column(TABLE, sa.Column("next_id", sa.Uuid()))
    changes.fill(TABLE, "label", "id::text || ': ' || lower(title)", "label IS NULL")
    other = (
        f"(SELECT other.id FROM {TABLE} AS other WHERE other.tenant_id = {TABLE}.tenant_id LIMIT 1)"
    )
    changes.fill(TABLE, "next_id", other, "next_id IS NULL", TABLE)
    changes.require(TABLE, "label")
    changes.add_unique(TABLE, "label")
    changes.add_unique_ignoring_case(TABLE, "label")
    changes.add_index(TABLE, "next_id")
    changes.add_allowed(TABLE, "seats", "seats >= 1")
    changes.add_reference(TABLE, "next_id", TABLE, "CASCADE")
    for column in ("label", "next_id", "seats"):
        changes.rename_column(TABLE, column, "renamed")
        changes.rename_column(TABLE, "renamed", column)
    changes.stop_search(TABLE)
    changes.change_search(TABLE, "title", "label")
    set_links_rule(LINKS, "other_id", TABLE, "CASCADE")
    changes.change_type(TABLE, "label", sa.Text())
    changes.shorten(TABLE, "label", sa.String(80))


def _change_back() -> None:
    changes.drop_reference(TABLE, "next_id")
    changes.drop_allowed(TABLE, "seats")
    changes.drop_index(TABLE, "next_id")
    changes.drop_unique_ignoring_case(TABLE, "label")
    changes.drop_unique(TABLE, "label")
    for column in ("seats", "label", "next_id"):
        changes.drop_column(TABLE, column)


class TestATenantFile:
    async def test_is_imported_again(
        self, distributed: Distributed, runtime: Runtime, owner: Person, tmp_path: Path
    ) -> None:
        await invite(runtime, owner, "eve")
        database = runtime.database
        lines = [each async for each in export_rows(database, owner.context, with_accounts=True)]
        (tmp_path / "file").write_bytes(b"".join(lines))
        operator = replace(Actor.system(), is_superuser=True)
        async with open_unit(runtime, operator, None) as work:
            await TenantLifecycle(work).delete(owner.tenant_id)

        await import_rows(database, read_tenant_file(tmp_path / "file"))

        async with open_unit(runtime, owner.actor, owner.context) as work:
            assert await invited(work.session) == {"eve@example.com"}
        assert [
            each async for each in export_rows(database, owner.context, with_accounts=True)
        ] == lines
