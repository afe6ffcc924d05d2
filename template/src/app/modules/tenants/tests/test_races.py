"""A check and the write that follows use the same row, whatever runs concurrently."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit.ids import new_id
from app.modules.tenants import InvitationService, MembershipService, RoleService
from tests.support.locks import until_it_waits
from tests.support.people import Person, add_member

MEMBERS = "/api/v1/tenants/current/members"
ROLES = "/api/v1/tenants/current/roles"
INVITATIONS = "/api/v1/tenants/current/invitations"


@pytest.fixture
async def admin(runtime: Runtime, owner: Person) -> Person:
    return await add_member(runtime, owner, Role.ADMIN)


@pytest.fixture
async def member(runtime: Runtime, owner: Person) -> Person:
    return await add_member(runtime, owner, Role.MEMBER)


@asynccontextmanager
async def at_work(runtime: Runtime, person: Person) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work that commits when the block ends."""
    async with open_unit(runtime, person.actor, person.context) as work:
        yield work


async def role_of(runtime: Runtime, person: Person) -> str | None:
    query = text("SELECT role FROM memberships WHERE user_id = :id")
    async with runtime.database.admin.connect() as connection:
        return str(await connection.scalar(query, {"id": person.user_id}))


class TestAnAdmin:
    @pytest.mark.parametrize("method", ["PATCH", "DELETE"])
    async def test_does_not_undo_what_an_owner_does_meanwhile(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        admin: Person,
        member: Person,
        method: str,
    ) -> None:
        body = {"role": "viewer"} if method == "PATCH" else None
        url = f"{MEMBERS}/{member.user_id}"
        async with at_work(runtime, owner) as work:
            await MembershipService(work).change_role(member.user_id, role=Role.OWNER)
            request = anonymous.request(method, url, json=body, headers=admin.headers)
            waiting = await until_it_waits(runtime, request)

        assert (await waiting).status_code == 403
        assert await role_of(runtime, member) == "owner"

    async def test_does_nothing_more_once_she_is_none(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        admin: Person,
        member: Person,
    ) -> None:
        url = f"{MEMBERS}/{member.user_id}"
        async with at_work(runtime, owner) as work:
            await MembershipService(work).change_role(admin.user_id, role=Role.VIEWER)
            request = anonymous.patch(url, json={"role": "admin"}, headers=admin.headers)
            waiting = await until_it_waits(runtime, request)

        assert (await waiting).status_code == 401
        assert await role_of(runtime, member) == "member"

    async def test_does_not_take_away_a_role_that_grows_meanwhile(
        self,
        anonymous: AsyncClient,
        client: AsyncClient,
        runtime: Runtime,
        owner: Person,
        admin: Person,
        member: Person,
    ) -> None:
        role = await client.post(ROLES, json={"name": "clerk", "permissions": ["users:read"]})
        await client.patch(f"{MEMBERS}/{member.user_id}", json={"role": "clerk"})
        async with at_work(runtime, owner) as work:
            await RoleService(work).change(role.json()["id"], permissions=["tenants:delete"])
            url = f"{MEMBERS}/{member.user_id}"
            request = anonymous.patch(url, json={"role": "viewer"}, headers=admin.headers)
            waiting = await until_it_waits(runtime, request)

        assert (await waiting).status_code == 403
        assert await role_of(runtime, member) == "clerk"

    @pytest.mark.parametrize("way", ["replace", "withdraw"])
    async def test_takes_back_no_invitation_of_an_owner(
        self, anonymous: AsyncClient, client: AsyncClient, admin: Person, way: str
    ) -> None:
        email = f"{new_id()}@example.com"
        made = (await client.post(INVITATIONS, json={"email": email, "role": "owner"})).json()

        refused: Response
        if way == "replace":
            refused = await anonymous.post(
                INVITATIONS, json={"email": email, "role": "viewer"}, headers=admin.headers
            )
        else:
            url = f"{INVITATIONS}/{made['id']}"
            refused = await anonymous.delete(url, headers=admin.headers)

        listed = (await client.get(INVITATIONS)).json()["items"]
        assert refused.status_code == 403
        assert [each["role"] for each in listed] == ["owner"]


class TestTwoOwners:
    @pytest.mark.parametrize("round_", range(3))
    async def test_who_leave_at_once_do_not_both(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person, round_: int
    ) -> None:
        other = await add_member(runtime, owner, Role.OWNER)

        answers = await asyncio.gather(
            *(
                anonymous.delete(f"{MEMBERS}/{each.user_id}", headers=each.headers)
                for each in (owner, other)
            )
        )

        assert sorted(each.status_code for each in answers) == [204, 409]

    async def test_who_demote_each_other_leave_one(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        other = await add_member(runtime, owner, Role.OWNER)
        pairs = [(owner, other), (other, owner)]

        answers = await asyncio.gather(
            *(
                anonymous.patch(
                    f"{MEMBERS}/{target.user_id}", json={"role": "viewer"}, headers=by.headers
                )
                for by, target in pairs
            )
        )

        assert sorted(each.status_code for each in answers) == [204, 401]


class TestARole:
    async def test_that_somebody_is_about_to_have_is_not_deleted(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        """Accepting deletes the invitation and adds a membership that is not committed yet."""
        role = (
            await client.post(ROLES, json={"name": "clerk", "permissions": ["users:read"]})
        ).json()
        guest = await add_member(runtime, owner, Role.VIEWER)
        await client.delete(f"{MEMBERS}/{guest.user_id}")
        token = (
            await client.post(INVITATIONS, json={"email": guest.email, "role": "clerk"})
        ).json()["token"]

        async with at_work(runtime, owner) as work:
            invitations = InvitationService(work)
            await invitations.accept(token, user_id=guest.user_id, email=guest.email)
            deletion = client.delete(f"{ROLES}/{role['id']}")
            waiting = await until_it_waits(runtime, deletion)

        assert (await waiting).status_code == 409
        assert await role_of(runtime, guest) == "clerk"


class TestInvitationsOfOneAddress:
    async def test_replace_each_other_also_at_once(self, client: AsyncClient) -> None:
        body = {"email": f"{new_id()}@example.com", "role": "member"}

        answers = await asyncio.gather(*(client.post(INVITATIONS, json=body) for _ in range(4)))

        assert [answer.status_code for answer in answers] == [201] * 4
        assert len((await client.get(INVITATIONS)).json()["items"]) == 1
