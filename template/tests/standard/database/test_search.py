"""Lists search the beginnings of words, whoever writes the rows: a trigger, or in a cluster not."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import DeclarativeBase, Mapped

from app.config import Settings
from app.core.unit_of_work import UnitOfWork
from app.database.base import NAMING, Base
from app.database.mixins import SearchMixin, TenantMixin, UUIDMixin
from app.database.repository import Repository
from app.database.rls import protect
from app.database.schema import searched
from app.database.search import create_words, drop_words
from app.database.session import TenantSession
from app.modules.tenants.models import Tenant

TABLE = "test_books"


class Books(DeclarativeBase):
    """A separate metadata, because tests compare the project's own with its migrations."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = Base.type_annotation_map


tenants = Base.metadata.tables[Tenant.__tablename__].to_metadata(Books.metadata)


class Book(SearchMixin, UUIDMixin, TenantMixin, Books):
    __tablename__ = TABLE
    __searched__ = ("title", "isbn")

    title: Mapped[str | None]
    isbn: Mapped[str | None]
    pages: Mapped[int | None]


class BookRepository(Repository[Book]):
    model = Book

    async def found(self, search: str) -> set[str | None]:
        rows = await self.listed({"search": search}, limit=50)
        return {row.title for row in rows.items}


@pytest.fixture(scope="module")
def owning(settings: Settings) -> Iterator[sa.Engine]:
    """Create the table in the migrated database, with its words."""
    url = str(settings.database.owner_url).replace("asyncpg", "psycopg")
    owning = sa.create_engine(url)
    with owning.begin() as connection:
        Book.__table__.create(connection)  # type: ignore[attr-defined]  # a table, not a join
        with Operations.context(MigrationContext.configure(connection)):
            protect(TABLE)
            create_words(TABLE, *Book.__searched__)
    yield owning
    with owning.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            drop_words(TABLE)
        connection.execute(sa.text(f"DROP TABLE {TABLE}"))
    owning.dispose()


@pytest.fixture
def books(work: UnitOfWork, owning: sa.Engine) -> BookRepository:
    return BookRepository(work.session)


@pytest.fixture(params=["trigger", "repository"])
def written_by(
    request: pytest.FixtureRequest, owning: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Write the words by the trigger, and as in a Citus cluster, which has none."""
    monkeypatch.setattr(searched, "searched_tables", lambda: {TABLE: Book.__searched__})
    if request.param == "repository":
        monkeypatch.setattr(TenantSession, "is_clustered", property(lambda _: True))
        with owning.begin() as connection:
            searched.stop_keeping(connection)
    yield
    with owning.begin() as connection:
        searched.keep_again(connection)


SEARCHES = [
    ("resume", {"Résumé of Zoë's life, vol. 2"}),
    ("ZOE vol", {"Résumé of Zoë's life, vol. 2"}),
    ("zoë res", {"Résumé of Zoë's life, vol. 2"}),
    ("978-0-2", {"Résumé of Zoë's life, vol. 2", None}),
    ("97 ", {"Résumé of Zoë's life, vol. 2", None, "a@example.com"}),
    ("esume", set()),
    ("life of nobody", set()),
    ("example", {"a@example.com"}),
    ("a@exam", {"a@example.com"}),
    ("ЖИЗ", {"Жизнь"}),
    ("-- !", set()),
    ("%' OR ''='", set()),
]


@pytest.mark.usefixtures("written_by")
class TestSearch:
    @pytest.mark.parametrize(("typed", "titles"), SEARCHES)
    async def test_finds_each_word_that_is_typed(
        self, books: BookRepository, typed: str, titles: set[str | None]
    ) -> None:
        await books.create(title="Résumé of Zoë's life, vol. 2", isbn="978-0-201-03801-4")
        await books.create(title=None, isbn="978-0-2")
        await books.create(title="a@example.com", isbn="97")
        await books.create(title="Жизнь", isbn=None)
        await books.create(title=None, isbn=None)

        assert await books.found(typed) == titles

    async def test_finds_what_a_row_has_now(self, books: BookRepository) -> None:
        book = await books.create(title="First", isbn="1")
        book = await books.change(book, title="Second", pages=3)
        book = await books.change(book, pages=4)
        shared = await books.found("1 sec")
        former = await books.found("first")
        await books.delete(book)

        assert shared == {"Second"}
        assert former == set()
        assert await books.found("1") == set()

    async def test_finds_rows_of_the_tenant_only(
        self, books: BookRepository, work: UnitOfWork, rival_work: UnitOfWork
    ) -> None:
        await books.create(title="Secret")
        await work.commit()

        theirs = await BookRepository(rival_work.session).found("secret")
        ours = await books.found("secret")

        assert (ours, theirs) == ({"Secret"}, set())


def test_a_trigger_that_keeps_other_columns_is_noticed(
    owning: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searched, "searched_tables", lambda: {TABLE: ("title",)})
    with owning.connect() as connection:
        found = list(searched.find_unkept(connection))
        monkeypatch.setattr(searched, "searched_tables", lambda: {TABLE: ("isbn", "title")})
        nothing = list(searched.find_unkept(connection))
        searched.stop_keeping(connection)
        missing = list(searched.find_unkept(connection))

    assert found == ["search(test_books: title, not title, isbn)"]
    assert nothing == []
    assert missing == ["search(test_books: isbn, title, not nothing)"]
