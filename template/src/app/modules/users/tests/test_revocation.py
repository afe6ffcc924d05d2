"""A revocation takes effect with the next request, long before the access token expires."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.auth import Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.people import PASSWORD, Person, add_member, create_tenant

from .test_auth import bearer, log_in, refresh

V1 = "/api/v1"


class Scene:
    """A member of a tenant, its owner and a superuser."""

    def __init__(self, client: AsyncClient, owner: Person, member: Person, superuser: Person):
        self.client = client
        self.owner = owner
        self.member = member
        self.superuser = superuser

    async def status(self) -> int:
        """Return the status of a request with the member's token."""
        answer = await self.client.get(f"{V1}/users", headers=self.member.headers)
        return answer.status_code


async def remove(scene: Scene) -> None:
    url = f"{V1}/tenants/current/members/{scene.member.user_id}"
    await scene.client.delete(url, headers=scene.owner.headers)


async def change_role(scene: Scene) -> None:
    url = f"{V1}/tenants/current/members/{scene.member.user_id}"
    await scene.client.patch(url, json={"role": "viewer"}, headers=scene.owner.headers)


async def suspend_user(scene: Scene) -> None:
    url = f"{V1}/admin/users/{scene.member.user_id}/suspend"
    await scene.client.post(url, headers=scene.superuser.headers)


async def suspend_tenant(scene: Scene) -> None:
    url = f"{V1}/admin/tenants/{scene.member.tenant_id}/suspend"
    await scene.client.post(url, headers=scene.superuser.headers)


async def delete_tenant(scene: Scene) -> None:
    await scene.client.delete(f"{V1}/tenants/current", headers=scene.owner.headers)


async def log_out(scene: Scene) -> None:
    await scene.client.post(f"{V1}/auth/logout", headers=scene.member.headers)


async def change_password_elsewhere(scene: Scene) -> None:
    pair = (await log_in(scene.client, scene.member.email)).json()
    body = {"current_password": PASSWORD, "new_password": "a better horse battery"}
    await scene.client.put(f"{V1}/users/me/password", json=body, headers=bearer(pair))


@pytest.fixture
async def scene(anonymous: AsyncClient, runtime: Runtime, owner: Person) -> Scene:
    member = await add_member(runtime, owner, Role.MEMBER)
    superuser = await create_tenant(runtime, "Platform", is_superuser=True)
    return Scene(anonymous, owner, member, superuser)


class TestAnAccessToken:
    @pytest.mark.parametrize(
        "end",
        [
            remove,
            change_role,
            suspend_user,
            suspend_tenant,
            delete_tenant,
            log_out,
            change_password_elsewhere,
        ],
    )
    async def test_is_refused_from_now_on(
        self, scene: Scene, end: Callable[[Scene], Awaitable[None]]
    ) -> None:
        before = await scene.status()

        await end(scene)

        assert before == 200
        assert await scene.status() == 401

    async def test_is_good_again_when_the_tenant_is(self, scene: Scene) -> None:
        await suspend_tenant(scene)
        url = f"{V1}/admin/tenants/{scene.member.tenant_id}/resume"
        await scene.client.post(url, headers=scene.superuser.headers)

        assert await scene.status() == 200

    async def test_with_the_new_role_is_good(self, scene: Scene) -> None:
        pair = (await log_in(scene.client, scene.member.email)).json()
        await change_role(scene)

        renewed = (await refresh(scene.client, pair)).json()
        old = await scene.client.get(f"{V1}/users", headers=bearer(pair))
        new = await scene.client.get(f"{V1}/users/me", headers=bearer(renewed))

        assert old.status_code == 401
        assert new.json()["role"] == "viewer"

    async def test_of_a_log_in_whose_refresh_token_was_stolen_is_refused(
        self, scene: Scene
    ) -> None:
        first = (await log_in(scene.client, scene.member.email)).json()
        second = (await refresh(scene.client, first)).json()

        await refresh(scene.client, first)
        answer = await scene.client.get(f"{V1}/users", headers=bearer(second))

        assert answer.status_code == 401


class TestSuspension:
    async def test_keeps_the_user_out_until_resumed(self, scene: Scene) -> None:
        await suspend_user(scene)
        refused = await log_in(scene.client, scene.member.email)
        url = f"{V1}/admin/users/{scene.member.user_id}/resume"
        await scene.client.post(url, headers=scene.superuser.headers)
        accepted = await log_in(scene.client, scene.member.email)

        assert refused.status_code == 403
        answer = await scene.client.get(f"{V1}/users", headers=bearer(accepted.json()))
        assert answer.status_code == 200

    async def test_leaves_an_entry(self, scene: Scene, runtime: Runtime) -> None:
        await suspend_user(scene)

        async with open_unit(runtime, Actor.operator(), None) as work:
            of_superuser = select(AuditEntry).where(AuditEntry.actor_id == scene.superuser.user_id)
            async with work.across_tenants(bypass_tenant=True, reason="read the entries") as wide:
                entries = (await wide.session.scalars(of_superuser)).all()
        assert [entry.reason for entry in entries] == [f"suspend user {scene.member.user_id}"]

    async def test_is_for_superusers(self, scene: Scene) -> None:
        for path in ("", f"/{scene.member.user_id}"):
            url = f"{V1}/admin/users{path}"
            method = "POST" if path else "GET"
            url += "/suspend" if path else ""
            answer = await scene.client.request(method, url, headers=scene.owner.headers)
            assert answer.status_code == 403
