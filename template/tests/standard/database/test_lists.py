"""Lists that a repository declares: filters and sorts, page by page, compared with SQLAlchemy."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Numeric, bindparam, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.unit_of_work import UnitOfWork
from app.database.compiled.lists import (
    MOST_SHAPES,
    Filter,
    Lists,
    Shape,
    at_least,
    conditions_of,
)
from app.database.compiled.statement import Statement
from app.database.pagination import InvalidCursor
from app.database.repository import Repository, any_of, at_most, is_empty
from app.modules.tenants.models import Invitation
from app.modules.users.models import AuthSession
from tests.support.people import Person

AFTER = datetime(2030, 1, 3, tzinfo=UTC)


class Catalogue(DeclarativeBase):
    """A base of its own, so that its tables are in no migration."""


class Priced(Catalogue):
    __tablename__ = "priced"

    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[Decimal] = mapped_column(Numeric(5, 4))


class Invitations(Repository[Invitation]):
    model = Invitation
    filters = (
        Invitation.role,
        Invitation.email,
        Invitation.expires_at >= bindparam("expires_from"),
        at_most(Invitation.expires_at),
        any_of(Invitation.role),
    )
    sorts = (Invitation.role, Invitation.expires_at)


class Sessions(Repository[AuthSession]):
    model = AuthSession
    filters = (AuthSession.user_id, is_empty(AuthSession.revoked_at))
    sorts = (AuthSession.revoked_at,)


@pytest_asyncio.fixture
async def invitations(work: UnitOfWork) -> Invitations:
    """Five invitations, of which three have the same role."""
    invitations = Invitations(work.session)
    for number, role in enumerate(["member", "admin", "member", "owner", "member"], start=1):
        await invitations.create(
            email=f"{number}@example.com",
            role=role,
            secret_hash=f"{number}",
            expires_at=datetime(2030, 1, number, tzinfo=UTC),
        )
    return invitations


@pytest_asyncio.fixture
async def sessions(work: UnitOfWork, owner: Person) -> Sessions:
    """Seven sessions, of which four were revoked, two of them at the same time."""
    sessions = Sessions(work.session)
    for day in (None, 3, 1, None, 3, None, 2):
        await sessions.create(
            user_id=owner.user_id,
            tenant_id=owner.tenant_id,
            expires_at=AFTER,
            revoked_at=day and datetime(2030, 1, day, tzinfo=UTC),
        )
    return sessions


async def pages(
    repository: Repository[Any], filters: Mapping[str, Any], **options: Any
) -> list[Any]:
    """Return the ids of all pages."""
    found, cursor = [], None
    while True:
        page = await repository.listed(filters, cursor=cursor, **options)
        assert len(page.items) <= options["limit"]
        found += [row.id for row in page.items]
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def expected(model: Any, filters: Mapping[str, Any], sort: str | None) -> Any:
    column = getattr(model, (sort or "id").removeprefix("-"))
    columns = dict.fromkeys([column, model.id])
    falls = sort is None or sort.startswith("-")
    query = select(model.id).where(*(getattr(model, name) == filters[name] for name in filters))
    return query.order_by(*(each.desc() if falls else each for each in columns))


class TestListed:
    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    async def test_has_each_row_once_in_order(
        self, invitations: Invitations, sessions: Sessions, owner: Person, limit: int
    ) -> None:
        asked: list[tuple[Any, Any, Any]] = [
            *product([invitations], [{}, {"role": "member"}], Invitations._orders),
            *product([sessions], [{}, {"user_id": owner.user_id}], Sessions._orders),
        ]
        for repository, filters, sort in asked:
            query = expected(repository.model, filters, sort)
            rows = (await repository.session.scalars(query)).all()

            assert len(rows) >= 3
            assert await pages(repository, filters, sort=sort, limit=limit) == [*rows], sort

    async def test_ignores_a_filter_without_a_value(self, invitations: Invitations) -> None:
        nothing = {"role": None, "email": None, "expires_from": None}

        assert len(await pages(invitations, nothing, limit=50)) == 5

    async def test_takes_conditions_and_several_filters(self, invitations: Invitations) -> None:
        late = await pages(invitations, {"expires_from": AFTER}, limit=2, sort="expires_at")
        both = await pages(invitations, {"expires_from": AFTER, "role": "member"}, limit=2)

        assert (len(late), len(both)) == (3, 2)

    async def test_takes_a_range_several_values_and_emptiness(
        self, invitations: Invitations, sessions: Sessions, owner: Person
    ) -> None:
        hers = {"user_id": owner.user_id}
        early = await pages(invitations, {"expires_at_to": AFTER}, limit=2, sort="-expires_at")
        some = await pages(invitations, {"role_any": ["admin", "owner"]}, limit=1)
        none = await pages(invitations, {"role_any": []}, limit=1)
        empty, filled = [
            await pages(sessions, {**hers, "revoked_at_empty": value}, limit=2, sort="revoked_at")
            for value in (True, False)
        ]

        assert (len(early), len(some), len(none)) == (3, 2, 0)
        assert (len(empty), len(filled)) == (4, 4)  # she is logged in, too

    def test_has_one_value_where_case_is_ignored(self) -> None:
        with pytest.raises(TypeError, match="one value at a time"):
            any_of(Invitation.email)

    async def test_ignores_case_where_a_unique_value_does(self, invitations: Invitations) -> None:
        page = await invitations.listed({"email": "3@EXAMPLE.com"}, limit=2)

        assert [row.email for row in page.items] == ["3@example.com"]

    async def test_refuses_what_is_not_declared(self, invitations: Invitations) -> None:
        with pytest.raises(TypeError, match="has no filter"):
            await invitations.listed({"secret_hash": "1"}, limit=1)
        with pytest.raises(KeyError):
            await invitations.listed({}, sort="email", limit=1)

    @pytest.mark.parametrize("sort", [None, "role", "-role", "expires_at"])
    async def test_refuses_the_cursor_of_another_sort(
        self, invitations: Invitations, sort: str | None
    ) -> None:
        page = await invitations.listed({}, sort=sort, limit=1)

        for other in Invitations._orders.keys() - {sort}:
            with pytest.raises(InvalidCursor):
                await invitations.listed({}, sort=other, limit=1, cursor=page.next_cursor)

    async def test_compiles_each_shape_once(
        self, invitations: Invitations, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shapes = [*product([None, "member", "admin"], Invitations._orders)]
        for role, sort in shapes:
            await pages(invitations, {"role": role}, sort=sort, limit=2)
        monkeypatch.setattr(Statement, "__init__", _compiled_again)

        for role, sort in shapes:
            await pages(invitations, {"role": role and "owner"}, sort=sort, limit=1)

    def test_keeps_a_limited_number_of_statements(self) -> None:
        lists = Lists(Invitations._statements[None], {}, Invitations._orders)

        assert lists.statement.cache_info().maxsize == MOST_SHAPES
        assert lists.statement(Shape()) is lists.statement(Shape())


class TestDeclaration:
    @pytest.mark.parametrize(
        "condition",
        [
            Invitation.role == "member",
            Invitation.role == bindparam("_role"),
            Invitation.expires_at.between(bindparam("first"), bindparam("last")),
        ],
    )
    def test_names_one_value_for_each_filter(self, condition: Any) -> None:
        with pytest.raises(TypeError, match="takes one value"):
            type("Wrong", (Repository,), {"model": Invitation, "filters": (condition,)})

    def test_names_a_unique_column_for_each_error(self) -> None:
        with pytest.raises(TypeError, match="no unique constraint"):
            type(
                "Wrong", (Repository,), {"model": Invitation, "taken": {Invitation.role: KeyError}}
            )


def _compiled_again(*_: Any) -> None:
    raise AssertionError("a list was compiled again")


@pytest.mark.parametrize("declared", [Priced.price, at_least(Priced.price), any_of(Priced.price)])
def test_decimals_are_compared_with_any_digits(declared: Filter) -> None:
    """A cast to NUMERIC(5, 4) would round 1.00005, and refuse 10."""
    [condition] = conditions_of(Priced, [declared]).values()

    compared = Statement(select(Priced.id).where(condition)).sql

    assert "NUMERIC" in compared
    assert "NUMERIC(" not in compared
