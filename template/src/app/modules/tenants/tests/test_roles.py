import asyncio
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from app.core.auth import Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from tests.support.people import PASSWORD, Person, add_member

from ..settings import TenantSettings

URL = "/api/v1/tenants/current/roles"
MEMBERS = "/api/v1/tenants/current/members"
READING = ["users:read", "members:read"]


async def make(client: AsyncClient, name: str = "clerk", permissions: Any = READING) -> Response:
    return await client.post(URL, json={"name": name, "permissions": permissions})


async def give(client: AsyncClient, person: Person, role: str) -> Response:
    return await client.patch(f"{MEMBERS}/{person.user_id}", json={"role": role})


async def log_in(anonymous: AsyncClient, person: Person) -> dict[str, str]:
    form = {"username": person.email, "password": PASSWORD}
    token = (await anonymous.post("/api/v1/auth/token", data=form)).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def member(runtime: Runtime, owner: Person) -> Person:
    return await add_member(runtime, owner, Role.MEMBER)


async def aged(client: AsyncClient, runtime: Runtime) -> dict[str, Any]:
    """Create a role with a permission of a module that no longer exists."""
    role: dict[str, Any] = (await make(client, permissions=["users:read"])).json()
    statement = text("UPDATE custom_roles SET permissions = :names WHERE id = :id")
    values = {"names": ["oldmodule:read", "users:read"], "id": role["id"]}
    async with runtime.database.admin.begin() as connection:
        await connection.execute(statement, values)
    return role


class TestARoleOfTheTenant:
    async def test_gives_its_permissions_and_no_others(
        self, client: AsyncClient, anonymous: AsyncClient, member: Person
    ) -> None:
        await make(client)
        given = await give(client, member, "clerk")

        headers = await log_in(anonymous, member)

        assert given.status_code == 204
        assert (await anonymous.get("/api/v1/users", headers=headers)).status_code == 200
        current = await anonymous.get("/api/v1/tenants/current", headers=headers)
        assert current.status_code == 403
        me = (await anonymous.get("/api/v1/users/me", headers=headers)).json()
        assert me["role"] == "clerk"

    async def test_changes_for_those_who_have_it_within_a_request(
        self, client: AsyncClient, anonymous: AsyncClient, member: Person
    ) -> None:
        role = (await make(client)).json()
        await give(client, member, "clerk")
        headers = await log_in(anonymous, member)

        changed = await client.put(f"{URL}/{role['id']}", json={"permissions": ["tenants:read"]})

        assert changed.json()["permissions"] == ["tenants:read"]
        assert (await anonymous.get("/api/v1/users", headers=headers)).status_code == 401
        renewed = await log_in(anonymous, member)
        assert (await anonymous.get("/api/v1/users", headers=renewed)).status_code == 403
        current = await anonymous.get("/api/v1/tenants/current", headers=renewed)
        assert current.status_code == 200

    async def test_belongs_to_its_tenant(
        self, client: AsyncClient, rival_client: AsyncClient, member: Person
    ) -> None:
        role = (await make(rival_client)).json()

        assert (await give(client, member, "clerk")).status_code == 422
        assert (await client.delete(f"{URL}/{role['id']}")).status_code == 404
        assert (await client.get(URL)).json()["items"] == []

    async def test_can_be_given_with_an_invitation(
        self, client: AsyncClient, anonymous: AsyncClient
    ) -> None:
        await make(client)
        url = "/api/v1/tenants/current/invitations"

        known = await client.post(url, json={"email": "bob@example.com", "role": "clerk"})
        unknown = await client.post(url, json={"email": "eve@example.com", "role": "king"})

        assert (known.status_code, unknown.status_code) == (201, 422)

    async def test_goes_when_nobody_has_it(self, client: AsyncClient, member: Person) -> None:
        role = (await make(client)).json()
        await give(client, member, "clerk")

        in_use = await client.delete(f"{URL}/{role['id']}")
        await give(client, member, "viewer")
        unused = await client.delete(f"{URL}/{role['id']}")

        assert (in_use.status_code, unused.status_code) == (409, 204)

    async def test_never_comes_back_through_an_old_token(
        self, client: AsyncClient, anonymous: AsyncClient, member: Person
    ) -> None:
        """A new role of the same name has another grant."""
        role = (await make(client, permissions=[*READING, "roles:read"])).json()
        await give(client, member, "clerk")
        old = await log_in(anonymous, member)
        await give(client, member, "viewer")
        await client.delete(f"{URL}/{role['id']}")
        await make(client, permissions=READING)
        await give(client, member, "clerk")

        new = await log_in(anonymous, member)

        assert (await anonymous.get("/api/v1/users", headers=new)).status_code == 200
        for path in (URL, "/api/v1/users"):
            assert (await anonymous.get(path, headers=old)).status_code == 401

    @pytest.mark.parametrize("sent", [["users:read"], ["users:read", "oldmodule:read"]])
    async def test_with_a_permission_that_vanished_can_be_changed(
        self, client: AsyncClient, runtime: Runtime, sent: list[str]
    ) -> None:
        role = await aged(client, runtime)

        changed = await client.put(f"{URL}/{role['id']}", json={"permissions": sent})

        assert changed.status_code == 200
        assert changed.json()["permissions"] == ["users:read"]

    async def test_with_a_permission_that_vanished_can_be_deleted(
        self, client: AsyncClient, runtime: Runtime
    ) -> None:
        role = await aged(client, runtime)

        assert (await client.delete(f"{URL}/{role['id']}")).status_code == 204

    async def test_gets_no_permission_that_nobody_declares(self, client: AsyncClient) -> None:
        role = (await make(client)).json()

        changed = await client.put(f"{URL}/{role['id']}", json={"permissions": ["users:fly"]})

        assert changed.status_code == 403

    async def test_is_one_of_a_limited_number(
        self, client: AsyncClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings: Any = runtime.module_settings
        monkeypatch.setitem(settings, TenantSettings, TenantSettings(max_roles=2))
        bodies = [{"name": f"clerk{each}", "permissions": ["users:read"]} for each in range(4)]
        answers = await asyncio.gather(*(client.post(URL, json=body) for body in bodies))

        assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert refused["detail"] == "There are 2 roles already. Delete one first."

    @pytest.mark.parametrize("name", ["owner", "viewer", "clerk"])
    async def test_has_a_name_of_its_own(self, client: AsyncClient, name: str) -> None:
        await make(client)

        assert (await make(client, name)).status_code == 409


class TestNobody:
    async def test_makes_a_role_with_more_than_she_has(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)
        body = {"name": "boss", "permissions": ["tenants:delete"]}

        answer = await anonymous.post(URL, json=body, headers=admin.headers)

        assert answer.status_code == 403

    async def test_gives_changes_or_takes_a_role_above_her_own(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        admin, member = [
            await add_member(runtime, owner, role) for role in (Role.ADMIN, Role.MEMBER)
        ]
        role = (await make(client, "boss", ["tenants:delete"])).json()
        url = f"{MEMBERS}/{member.user_id}"

        given = await anonymous.patch(url, json={"role": "boss"}, headers=admin.headers)
        changed = await anonymous.put(
            f"{URL}/{role['id']}", json={"permissions": []}, headers=admin.headers
        )
        await give(client, member, "boss")
        taken = await anonymous.patch(url, json={"role": "viewer"}, headers=admin.headers)

        assert [a.status_code for a in (given, changed, taken)] == [403, 403, 403]

    async def test_becomes_an_owner_through_all_permissions(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        everything = sorted(owner.actor.permissions)
        member, other = [await add_member(runtime, owner, Role.MEMBER) for _ in range(2)]
        await make(client, "everything", everything)
        await give(client, member, "everything")
        headers = await log_in(anonymous, member)

        answer = await anonymous.patch(
            f"{MEMBERS}/{other.user_id}", json={"role": "owner"}, headers=headers
        )

        assert answer.status_code == 403

    async def test_makes_roles_who_may_not(
        self, anonymous: AsyncClient, runtime: Runtime, member: Person
    ) -> None:
        body = {"name": "clerk", "permissions": []}

        answer = await anonymous.post(URL, json=body, headers=member.headers)

        assert answer.status_code == 403


class TestAJobOfSuchAMember:
    def test_may_what_she_might(self, runtime: Runtime, owner: Person) -> None:
        actor = Actor(
            user_id=owner.user_id,
            tenant_id=owner.tenant_id,
            role="clerk",
            permissions=frozenset(READING),
        )

        assert Actor.from_json(actor.to_json(), runtime.permissions) == actor
