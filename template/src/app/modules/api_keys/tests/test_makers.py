"""A key never has more permissions than its maker, and never outlives the maker's membership."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.kit import clock
from app.kit.ids import new_id
from app.modules.api_keys import ApiKeyService
from tests.support.locks import until_it_waits
from tests.support.people import PASSWORD, Person, add_member, create_tenant

URL = "/api/v1/api-keys"
MEMBERS = "/api/v1/users"
ROLES = "/api/v1/tenants/current/roles"
READING = ["members:read", "users:read"]
MAKING = ["api_keys:create", "api_keys:read", "api_keys:revoke", *READING]


@pytest.fixture
async def admin(runtime: Runtime, owner: Person) -> Person:
    return await add_member(runtime, owner, Role.ADMIN)


async def make(
    client: AsyncClient, headers: dict[str, str], *permissions: str, **more: Any
) -> dict[str, Any]:
    body = {"name": "CI", "permissions": permissions or MAKING, **more}
    made = await client.post(URL, json=body, headers=headers)
    assert made.status_code == 201, made.text
    issued: dict[str, Any] = made.json()
    return issued


def of(issued: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {issued['key']}"}


async def ask(client: AsyncClient, issued: dict[str, Any], path: str = MEMBERS) -> int:
    return (await client.get(path, headers=of(issued))).status_code


async def listed(client: AsyncClient, issued: dict[str, Any]) -> dict[str, Any]:
    items = (await client.get(URL)).json()["items"]
    (found,) = [each for each in items if each["id"] == issued["id"]]
    return dict(found)


async def change_role(client: AsyncClient, person: Person, role: str) -> None:
    url = f"/api/v1/tenants/current/members/{person.user_id}"
    assert (await client.patch(url, json={"role": role})).status_code == 204


@pytest.mark.parametrize("used", [True, False])
class TestAKeyOfSomebody:
    """Its maker has changed. The key was used just before (and is cached), or never."""

    async def test_who_was_removed_is_refused(
        self,
        client: AsyncClient,
        anonymous: AsyncClient,
        admin: Person,
        used: bool,
    ) -> None:
        issued = await make(anonymous, admin.headers)
        assert not used or await ask(anonymous, issued) == 200

        await client.delete(f"/api/v1/tenants/current/members/{admin.user_id}")

        assert await ask(anonymous, issued) == 401
        assert (await listed(client, issued))["state"] == "without-maker"
        assert (await listed(client, issued))["permissions_now"] == []

    async def test_who_is_suspended_rests(
        self,
        client: AsyncClient,
        anonymous: AsyncClient,
        runtime: Runtime,
        admin: Person,
        used: bool,
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        url = f"/api/v1/admin/users/{admin.user_id}"
        issued = await make(anonymous, admin.headers)
        assert not used or await ask(anonymous, issued) == 200

        await anonymous.post(f"{url}/suspend", headers=superuser.headers)
        during = await ask(anonymous, issued)
        state = (await listed(client, issued))["state"]
        await anonymous.post(f"{url}/resume", headers=superuser.headers)

        assert (during, state) == (401, "without-maker")
        assert await ask(anonymous, issued) == 200
        assert (await listed(client, issued))["state"] == "usable"

    async def test_who_was_demoted_has_what_is_left(
        self,
        client: AsyncClient,
        anonymous: AsyncClient,
        admin: Person,
        used: bool,
    ) -> None:
        issued = await make(anonymous, admin.headers)
        assert not used or await ask(anonymous, issued, URL) == 200

        await change_role(client, admin, "viewer")

        assert await ask(anonymous, issued, URL) == 403
        assert await ask(anonymous, issued) == 200
        assert (await listed(client, issued))["permissions_now"] == READING
        await change_role(client, admin, "admin")
        assert await ask(anonymous, issued, URL) == 200

    async def test_whose_own_role_was_changed_has_what_is_left(
        self,
        client: AsyncClient,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        used: bool,
    ) -> None:
        member = await add_member(runtime, owner, Role.ADMIN)
        issued = await make(anonymous, member.headers)
        role = await client.post(ROLES, json={"name": "clerk", "permissions": MAKING})
        await change_role(client, member, "clerk")
        assert not used or await ask(anonymous, issued, URL) == 200

        changed = {"permissions": READING}
        await client.put(f"{ROLES}/{role.json()['id']}", json=changed)

        assert await ask(anonymous, issued, URL) == 403
        assert await ask(anonymous, issued) == 200


class TestAKeyOfAKey:
    async def test_ends_when_that_one_does(
        self, client: AsyncClient, anonymous: AsyncClient, admin: Person
    ) -> None:
        parent = await make(anonymous, admin.headers, expires_in_days=1)

        endless = await make(anonymous, of(parent), "users:read")
        longer = await make(anonymous, of(parent), "users:read", expires_in_days=300)

        for child in (endless, longer):
            assert child["expires_at"] == parent["expires_at"]
            assert child["parent_id"] == parent["id"]
            assert child["created_by"] == str(admin.user_id)

    async def test_may_end_before(self, anonymous: AsyncClient, admin: Person) -> None:
        parent = await make(anonymous, admin.headers, expires_in_days=30)

        child = await make(anonymous, of(parent), "users:read", expires_in_days=1)

        ends = datetime.fromisoformat(child["expires_at"])
        assert ends < clock.now() + timedelta(days=2)

    async def test_has_no_permission_that_it_lacks(
        self, anonymous: AsyncClient, admin: Person
    ) -> None:
        parent = await make(anonymous, admin.headers, "api_keys:create")
        body = {"name": "CI", "permissions": ["users:read"]}

        refused = await anonymous.post(URL, json=body, headers=of(parent))

        assert refused.status_code == 403

    @pytest.mark.parametrize("used", [True, False])
    async def test_is_revoked_with_it(
        self, client: AsyncClient, anonymous: AsyncClient, admin: Person, used: bool
    ) -> None:
        parent = await make(anonymous, admin.headers)
        child = await make(anonymous, of(parent))
        grandchild = await make(anonymous, of(child))
        sibling = await make(anonymous, admin.headers)
        for each in (child, grandchild, sibling):
            assert not used or await ask(anonymous, each) == 200

        revoked = await client.delete(f"{URL}/{parent['id']}")

        assert revoked.status_code == 204
        for each in (parent, child, grandchild):
            assert await ask(anonymous, each) == 401
        assert await ask(anonymous, sibling) == 200
        assert [each["id"] for each in (await client.get(URL)).json()["items"]] == [sibling["id"]]

    async def test_is_not_made_while_that_one_is_revoked(
        self,
        client: AsyncClient,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        admin: Person,
    ) -> None:
        parent = await make(anonymous, admin.headers)
        body = {"name": "late", "permissions": ["users:read"]}

        async with open_unit(runtime, owner.actor, owner.context) as work:
            await ApiKeyService(work).revoke(parent["id"])
            request = anonymous.post(URL, json=body, headers=of(parent))
            waiting = await until_it_waits(runtime, request)

        assert (await waiting).status_code in (401, 404)
        assert (await client.get(URL)).json()["items"] == []


class TestAnInvitationOfAKey:
    async def test_ends_with_the_maker_of_the_key(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, admin: Person
    ) -> None:
        given = ["members:invite", *runtime.permissions.of(Role.VIEWER)]
        issued = await make(anonymous, admin.headers, *given)
        email = f"{new_id()}@example.com"
        url = "/api/v1/tenants/current/invitations"
        body = {"email": email, "role": "viewer"}
        made = (await anonymous.post(url, json=body, headers=of(issued))).json()
        await client.delete(f"/api/v1/tenants/current/members/{admin.user_id}")

        acceptance = {
            "token": made["token"],
            "email": email,
            "password": PASSWORD,
            "full_name": "Eve",
        }
        answer = await anonymous.post("/api/v1/auth/accept-invitation", json=acceptance)

        assert made["invited_by"] == str(admin.user_id)
        assert answer.status_code == 422


class TestAKeyWithoutAMaker:
    async def test_is_the_tenants_own(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, admin: Person
    ) -> None:
        """Such keys were made by a key before `parent_id` existed."""
        issued = await make(anonymous, admin.headers)
        statement = text("UPDATE api_keys SET created_by = NULL WHERE id = :id")
        async with runtime.database.admin.begin() as connection:
            await connection.execute(statement, {"id": issued["id"]})

        assert await ask(anonymous, issued) == 200
        assert (await listed(client, issued))["state"] == "usable"


class TestTheAuditLog:
    async def test_has_keys_and_invitations(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, admin: Person
    ) -> None:
        parent = await make(anonymous, admin.headers)
        child = await make(anonymous, of(parent), "users:read")
        await client.delete(f"{URL}/{parent['id']}")
        url = "/api/v1/tenants/current/invitations"
        await client.post(url, json={"email": "ada@example.com"})
        again = (await client.post(url, json={"email": "ada@example.com"})).json()
        await client.delete(f"{url}/{again['id']}")

        query = text("SELECT action, subject_id::text, changes::text FROM audit_log ORDER BY id")
        async with runtime.database.admin.connect() as connection:
            entries = [tuple(row) for row in await connection.execute(query)]
        told = [(action, subject) for action, subject, _ in entries][-8:]
        assert told[:2] == [("api_keys.created", each["id"]) for each in (parent, child)]
        assert set(told[2:4]) == {("api_keys.revoked", each["id"]) for each in (parent, child)}
        assert [action for action, _ in told[4:]] == [
            "invitations.created",
            "invitations.withdrawn",
            "invitations.created",
            "invitations.withdrawn",
        ]
        log = str(entries)
        assert parent["key"] not in log
        assert again["token"].partition(".")[2] not in log
