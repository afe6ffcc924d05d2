from httpx import AsyncClient
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.auth import Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.people import PASSWORD, Person, add_member, create_tenant

URL = "/api/v1/tenants/current"
ADMIN = "/api/v1/admin/tenants"


class TestCurrent:
    async def test_can_be_read_and_renamed(self, client: AsyncClient) -> None:
        renamed = await client.patch(URL, json={"name": "Acme & Sons"})

        assert renamed.status_code == 200
        assert (await client.get(URL)).json()["name"] == "Acme & Sons"

    async def test_can_be_deleted_by_its_owner_only(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)

        refused = await anonymous.delete(URL, headers=admin.headers)
        deleted = await anonymous.delete(URL, headers=owner.headers)

        assert refused.status_code == 403
        assert deleted.status_code == 204
        assert (await anonymous.get(URL, headers=owner.headers)).status_code == 401


class TestMembers:
    async def test_change_role_and_leave(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)
        url = f"{URL}/members/{member.user_id}"

        promoted = await client.patch(url, json={"role": "admin"})
        removed = await client.delete(url)

        assert promoted.status_code == removed.status_code == 204
        assert (await client.delete(url)).status_code == 404

    async def test_keep_one_owner(self, client: AsyncClient, owner: Person) -> None:
        url = f"{URL}/members/{owner.user_id}"

        demoted = await client.patch(url, json={"role": "member"})
        removed = await client.delete(url)

        assert demoted.status_code == removed.status_code == 409
        assert removed.json()["type"].endswith("/errors/last-owner")

    async def test_do_not_rise_above_who_lifts_them(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)

        own = await anonymous.patch(
            f"{URL}/members/{admin.user_id}", json={"role": "owner"}, headers=admin.headers
        )
        owners = await anonymous.delete(f"{URL}/members/{owner.user_id}", headers=admin.headers)

        assert own.status_code == owners.status_code == 403


class TestInvitations:
    async def test_are_listed_without_their_token_and_withdrawn(self, client: AsyncClient) -> None:
        issued = await client.post(f"{URL}/invitations", json={"email": "bob@example.com"})
        listed = (await client.get(f"{URL}/invitations")).json()["items"]
        withdrawn = await client.delete(f"{URL}/invitations/{issued.json()['id']}")

        assert issued.status_code == 201
        assert [i["email"] for i in listed] == ["bob@example.com"]
        assert "token" not in listed[0]
        assert withdrawn.status_code == 204

    async def test_replace_an_earlier_one(self, client: AsyncClient) -> None:
        for _ in range(2):
            await client.post(f"{URL}/invitations", json={"email": "bob@example.com"})

        assert len((await client.get(f"{URL}/invitations")).json()["items"]) == 1


class TestAdministration:
    async def test_is_for_superusers(self, client: AsyncClient) -> None:
        assert (await client.get(ADMIN)).status_code == 403

    async def test_suspends_and_resumes(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        form = {"username": owner.email, "password": PASSWORD}

        await anonymous.post(f"{ADMIN}/{owner.tenant_id}/suspend", headers=superuser.headers)
        refused = await anonymous.post("/api/v1/auth/token", data=form)
        await anonymous.post(f"{ADMIN}/{owner.tenant_id}/resume", headers=superuser.headers)
        accepted = await anonymous.post("/api/v1/auth/token", data=form)

        assert refused.status_code == 403
        assert accepted.status_code == 200

    async def test_lists_all_and_leaves_an_entry(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)

        page = await anonymous.get(ADMIN, headers=superuser.headers)

        assert str(owner.tenant_id) in {tenant["id"] for tenant in page.json()["items"]}
        async with open_unit(runtime, Actor.operator(), None) as work:
            of_superuser = select(AuditEntry).where(AuditEntry.actor_id == superuser.user_id)
            async with work.across_tenants(bypass_tenant=True, reason="read the entries") as wide:
                entries = (await wide.session.scalars(of_superuser)).all()
        assert [entry.reason for entry in entries] == ["list the tenants"]
