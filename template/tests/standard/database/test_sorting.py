"""Pages in an order other than by age, with equal rows and rows without a value."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from app.core.unit_of_work import UnitOfWork
from app.database.pagination import InvalidCursor
from app.database.sorting import Sort, SortedRepository, sorts
from app.modules.tenants.models import Invitation
from app.modules.users.models import AuthSession
from tests.support.people import Person

SORTS = sorts(Invitation.role, Invitation.expires_at)
AFTER = datetime(2031, 1, 1, tzinfo=UTC)
BY_REVOCATION = sorts(AuthSession.revoked_at)


class SortedInvitations(SortedRepository[Invitation]):
    model = Invitation


class SortedSessions(SortedRepository[AuthSession]):
    model = AuthSession


@pytest_asyncio.fixture
async def invitations(work: UnitOfWork) -> SortedInvitations:
    """Five invitations, of which three have the same role."""
    invitations = SortedInvitations(work.session)
    for number, role in enumerate(["member", "admin", "member", "owner", "member"], start=1):
        await invitations.create(
            email=f"{number}@example.com",
            role=role,
            secret_hash=f"{number}",
            expires_at=datetime(2030, 1, number, tzinfo=UTC),
        )
    return invitations


async def emails(invitations: SortedInvitations, sort: Sort, limit: int) -> AsyncIterator[str]:
    """Yield the addresses page by page."""
    cursor, more = None, True
    while more:
        page = await invitations.sorted_page(
            invitations.query(), sort=sort, limit=limit, cursor=cursor
        )
        for row in page.items:
            yield row.email.partition("@")[0]
        cursor = page.next_cursor
        more = cursor is not None


class TestSortedPage:
    @pytest.mark.parametrize("limit", [1, 2, 4, 5])
    @pytest.mark.parametrize(
        ("sort", "order"),
        [("role", "21354"), ("-role", "45312"), ("expires_at", "12345"), ("-expires_at", "54321")],
    )
    async def test_has_each_row_once(
        self, invitations: SortedInvitations, sort: str, order: str, limit: int
    ) -> None:
        found = [email async for email in emails(invitations, SORTS[sort], limit)]

        assert "".join(found) == order

    async def test_has_the_newest_first_without_a_sort(
        self, invitations: SortedInvitations
    ) -> None:
        page = await invitations.sorted_page(invitations.query(), sort=None, limit=1, cursor=None)

        assert page.items[0].email == "5@example.com"

    @pytest.mark.parametrize("cursor", ["nothing", "bm90aGluZw", "WyJyb2xlIl0", "W10", "e30", "ÿ"])
    async def test_refuses_what_is_no_cursor(
        self, invitations: SortedInvitations, cursor: str
    ) -> None:
        with pytest.raises(InvalidCursor):
            await invitations.sorted_page(
                invitations.query(), sort=SORTS["role"], limit=1, cursor=cursor
            )

    async def test_refuses_the_cursor_of_another_sort(self, invitations: SortedInvitations) -> None:
        query = invitations.query()
        page = await invitations.sorted_page(query, sort=SORTS["role"], limit=1, cursor=None)

        with pytest.raises(InvalidCursor):
            await invitations.sorted_page(
                query, sort=SORTS["-role"], limit=1, cursor=page.next_cursor
            )


class TestFiltered:
    async def test_has_rows_with_all_values(self, invitations: SortedInvitations) -> None:
        query = invitations.filtered(role="member", email="3@example.com")

        assert [row.email for row in await invitations.all(query)] == ["3@example.com"]

    async def test_has_what_is_unique_in_any_case(self, invitations: SortedInvitations) -> None:
        query = invitations.filtered(email="3@EXAMPLE.com")

        assert [row.email for row in await invitations.all(query)] == ["3@example.com"]
        assert "lower(invitations.email)" in str(query)

    async def test_asks_for_nothing_with_none(self, invitations: SortedInvitations) -> None:
        query = invitations.filtered(role=None, email=None)

        assert len(await invitations.all(query)) == 5


class TestRowsWithoutAValue:
    @pytest.mark.parametrize("limit", [1, 2, 3, 5])
    @pytest.mark.parametrize(
        ("sort", "order"),
        [("revoked_at", [1, 2, 3, None, None]), ("-revoked_at", [None, None, 3, 2, 1])],
    )
    async def test_come_last_and_first_the_other_way_round(
        self, work: UnitOfWork, owner: Person, sort: str, order: list[int | None], limit: int
    ) -> None:
        sessions = SortedSessions(work.session)
        own = sessions.query().where(AuthSession.user_id == owner.user_id)
        await sessions.delete((await sessions.all(own))[0])
        for day in (2, None, 1, 3, None):
            at = datetime(2030, 1, day, tzinfo=UTC) if day else None
            await sessions.create(user_id=owner.user_id, expires_at=AFTER, revoked_at=at)

        found: list[AuthSession] = []
        cursor, more = None, True
        while more:
            page = await sessions.sorted_page(
                own, sort=BY_REVOCATION[sort], limit=limit, cursor=cursor
            )
            found += page.items
            cursor = page.next_cursor
            more = cursor is not None

        assert [row.revoked_at and row.revoked_at.day for row in found] == order
        assert len({row.id for row in found}) == len(found)
