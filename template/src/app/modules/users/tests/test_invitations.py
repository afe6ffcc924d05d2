"""An invitation ends with its maker's permission to invite: nobody can invite themselves back."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from app.core.permissions import Role
from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.people import Person, add_member, create_tenant

from .test_auth import accept

MEMBERS = "/api/v1/tenants/current/members"
INVITATIONS = "/api/v1/tenants/current/invitations"
AUTH = "/api/v1/auth"

Ending = Callable[[Runtime, AsyncClient, Person, Person], Awaitable[None]]


async def remove(_: Runtime, client: AsyncClient, owner: Person, admin: Person) -> None:
    url = f"{MEMBERS}/{admin.user_id}"
    assert (await client.delete(url, headers=owner.headers)).status_code == 204


async def demote(_: Runtime, client: AsyncClient, owner: Person, admin: Person) -> None:
    url = f"{MEMBERS}/{admin.user_id}"
    body = {"role": "viewer"}
    assert (await client.patch(url, json=body, headers=owner.headers)).status_code == 204


async def suspend_her(runtime: Runtime, client: AsyncClient, _: Person, admin: Person) -> None:
    superuser = await create_tenant(runtime, "Platform", is_superuser=True)
    url = f"/api/v1/admin/users/{admin.user_id}/suspend"
    assert (await client.post(url, headers=superuser.headers)).status_code == 200


async def invite(client: AsyncClient, headers: dict[str, str], email: str, role: str) -> str:
    body = {"email": email, "role": role}
    made = await client.post(INVITATIONS, json=body, headers=headers)
    assert made.status_code == 201
    return str(made.json()["token"])


@pytest.mark.parametrize("role", ["viewer", "admin"])
@pytest.mark.parametrize("ending", [remove, demote, suspend_her])
class TestAnInvitation:
    async def test_of_who_may_not_invite_any_more_is_over(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        ending: Ending,
        role: str,
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)
        email = f"{new_id()}@example.com"
        token = await invite(anonymous, admin.headers, email, role)

        await ending(runtime, anonymous, owner, admin)

        assert (await accept(anonymous, token, email)).status_code == 422

    async def test_is_over_for_who_is_logged_in_too(
        self,
        anonymous: AsyncClient,
        runtime: Runtime,
        owner: Person,
        rival: Person,
        ending: Ending,
        role: str,
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)
        token = await invite(anonymous, admin.headers, rival.email, role)

        await ending(runtime, anonymous, owner, admin)

        url = f"{AUTH}/join"
        joined = await anonymous.post(url, json={"token": token}, headers=rival.headers)
        assert joined.status_code == 422
