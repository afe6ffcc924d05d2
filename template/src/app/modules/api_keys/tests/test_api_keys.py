import asyncio
from collections import Counter
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import event, text

from app.core.auth import Actor
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.people import Person, add_member, create_tenant

from ..settings import ApiKeySettings

URL = "/api/v1/api-keys"
MEMBERS = "/api/v1/users"
READING = ["users:read", "members:read"]


async def create(client: AsyncClient, *permissions: str, **more: Any) -> Response:
    body = {"name": "CI", "permissions": permissions or READING, **more}
    return await client.post(URL, json=body)


async def key_of(client: AsyncClient, *permissions: str) -> dict[str, str]:
    """Return the headers of a program with a new key."""
    key = (await create(client, *permissions)).json()["key"]
    return {"Authorization": f"Bearer {key}"}


async def ask(client: AsyncClient, headers: dict[str, str], url: str = MEMBERS) -> int:
    return (await client.get(url, headers=headers)).status_code


class TestAKey:
    async def test_works_for_its_tenant_only(
        self, client: AsyncClient, anonymous: AsyncClient, owner: Person, rival: Person
    ) -> None:
        headers = await key_of(client)

        members = await anonymous.get(MEMBERS, headers=headers)
        other = await anonymous.get(f"{MEMBERS}/{rival.user_id}", headers=headers)

        assert [member["id"] for member in members.json()["items"]] == [str(owner.user_id)]
        assert other.status_code == 404

    async def test_may_what_it_was_given(self, client: AsyncClient, anonymous: AsyncClient) -> None:
        headers = await key_of(client, *READING)

        assert await ask(anonymous, headers) == 200
        assert await ask(anonymous, headers, "/api/v1/tenants/current") == 403

    async def test_is_no_user(self, client: AsyncClient, anonymous: AsyncClient) -> None:
        assert await ask(anonymous, await key_of(client), "/api/v1/users/me") == 401

    async def test_cannot_be_read_again(self, client: AsyncClient, runtime: Runtime) -> None:
        issued = (await create(client)).json()

        listed = (await client.get(URL)).json()["items"]

        secret = issued["key"][-24:]
        assert "key" not in listed[0]
        assert issued["hint"][-4:] == issued["key"][-4:]
        async with runtime.database.admin.connect() as connection:
            stored = await connection.scalar(
                text("SELECT string_agg(k::text, ' ') FROM api_keys k")
            )
        assert secret not in stored

    async def test_is_refused_as_soon_as_it_is_revoked(
        self, client: AsyncClient, anonymous: AsyncClient
    ) -> None:
        issued = (await create(client)).json()
        headers = {"Authorization": f"Bearer {issued['key']}"}
        before = await ask(anonymous, headers)

        revoked = await client.delete(f"{URL}/{issued['id']}")

        assert (before, revoked.status_code) == (200, 204)
        assert await ask(anonymous, headers) == 401

    async def test_is_refused_while_its_tenant_is_suspended(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        superuser = await create_tenant(runtime, "Platform", is_superuser=True)
        used, unused = await key_of(client), await key_of(client)
        await ask(anonymous, used)

        url = f"/api/v1/admin/tenants/{owner.tenant_id}/suspend"
        await anonymous.post(url, headers=superuser.headers)

        assert await ask(anonymous, used) == 401
        async with runtime.database.admin.begin() as connection:
            await connection.execute(text("DELETE FROM revocations"))  # as after their expiry
        assert await ask(anonymous, unused) == 401

    async def test_expires(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime
    ) -> None:
        issued = (await create(client, expires_in_days=1)).json()
        statement = "UPDATE api_keys SET expires_at = now() WHERE id = :id"
        async with runtime.database.admin.begin() as connection:
            await connection.execute(text(statement), {"id": issued["id"]})

        answer = await anonymous.get(MEMBERS, headers={"Authorization": f"Bearer {issued['key']}"})

        assert answer.status_code == 401
        assert "expired" in answer.json()["detail"]

    async def test_tells_when_it_was_last_used(
        self, client: AsyncClient, anonymous: AsyncClient
    ) -> None:
        headers = await key_of(client)
        before = (await client.get(URL)).json()["items"][0]["last_used_at"]

        await ask(anonymous, headers)

        assert before is None
        assert (await client.get(URL)).json()["items"][0]["last_used_at"] is not None

    async def test_is_looked_up_once_for_many_requests(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime
    ) -> None:
        headers = await key_of(client)
        statements: list[str] = []
        engine = runtime.database.rw.sync_engine

        def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        for _ in range(3):
            await ask(anonymous, headers)
        event.remove(engine, "before_cursor_execute", note)

        assert len([s for s in statements if "FROM api_keys" in s]) == 1

    async def test_that_nobody_made_is_refused(self, anonymous: AsyncClient, owner: Person) -> None:
        for key in (
            "ak_",
            "ak_nonsense",
            f"ak_{owner.tenant_id.hex}_guess",
            f"ak_{new_id().hex}_x",
        ):
            assert await ask(anonymous, {"Authorization": f"Bearer {key}"}) == 401


class TestCreate:
    async def test_gives_no_more_than_one_has(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        admin = await add_member(runtime, owner, Role.ADMIN)
        body = {"name": "CI", "permissions": ["users:read", "tenants:delete"]}

        answer = await anonymous.post(URL, json=body, headers=admin.headers)

        assert answer.status_code == 403
        assert "tenants:delete" in answer.json()["detail"]

    async def test_refuses_permissions_that_nobody_declares(self, client: AsyncClient) -> None:
        assert (await create(client, "users:fly")).status_code == 403

    async def test_refuses_one_too_many(
        self,
        client: AsyncClient,
        rival_client: AsyncClient,
        runtime: Runtime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """However many are requested at the same time."""
        settings: Any = runtime.module_settings
        monkeypatch.setitem(settings, ApiKeySettings, ApiKeySettings(max_keys=3))
        answers = await asyncio.gather(*(create(client) for _ in range(6)))

        assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 3}
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert refused["detail"] == "There are 3 API keys already. Revoke one first."
        assert (await create(rival_client)).status_code == 201

    async def test_is_for_administrators(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)
        body = {"name": "CI", "permissions": READING}

        answer = await anonymous.post(URL, json=body, headers=member.headers)

        assert answer.status_code == 403
        assert await ask(anonymous, member.headers, URL) == 403


class TestAJobOfAKey:
    def test_may_what_the_key_may(self, runtime: Runtime, owner: Person) -> None:
        actor = Actor(
            tenant_id=owner.tenant_id, api_key_id=new_id(), permissions=frozenset({"users:read"})
        )

        assert Actor.from_json(actor.to_json(), runtime.permissions) == actor
