"""People export what is stored about them, and delete their account."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.permissions import Role
from app.core.runtime import Runtime
from tests.support.mail import mails_to
from tests.support.people import PASSWORD, Person, add_member

from .test_second_factor import set_up

ME = "/api/v1/users/me"


async def delete(client: AsyncClient, **body: Any) -> Any:
    return await client.post(f"{ME}/delete", json={"password": PASSWORD, **body})


async def count(runtime: Runtime, table: str, column: str, user_id: UUID) -> int:
    async with runtime.database.admin.connect() as connection:
        found = await connection.scalar(
            text(f"SELECT count(*) FROM {table} WHERE {column} = :id"), {"id": user_id}
        )
        return int(found)


@pytest_asyncio.fixture
async def needing(runtime: Runtime) -> AsyncIterator[str]:
    """A table whose rows keep a user from being deleted, as a required field of a module does."""
    engine = create_async_engine(str(runtime.settings.database.owner_url))
    async with engine.begin() as connection:
        columns = "user_id uuid NOT NULL REFERENCES users (id) ON DELETE RESTRICT"
        await connection.execute(text(f"CREATE TABLE needing ({columns})"))
        await connection.execute(text("GRANT INSERT ON needing TO app_admin"))
    yield "needing"
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE needing"))
    await engine.dispose()


class TestExport:
    async def test_has_the_account_and_each_tenant_and_no_secret(
        self, client: AsyncClient, owner: Person, rival: Person, anonymous: AsyncClient
    ) -> None:
        answer = await client.get(f"{ME}/export")

        assert answer.status_code == 200, answer.text
        body = answer.json()
        (tenant,) = body["tenants"]
        assert answer.headers["cache-control"] == "no-store"
        assert body["account"]["users"]["user"]["email"] == owner.email
        assert tenant["id"] == str(owner.tenant_id)
        assert tenant["stored"]["tenants"]["memberships"][0]["role"] == "owner"
        assert "argon2" not in answer.text
        assert "hash" not in answer.text
        assert rival.email not in answer.text
        assert (await anonymous.get(f"{ME}/export")).status_code == 401


class TestDeletion:
    async def test_ends_memberships_and_log_ins_and_is_told(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        other = await add_member(runtime, owner, Role.OWNER)
        await client.post("/api/v1/tenants/current/invitations", json={"email": "x@example.com"})

        answer = await delete(client)

        assert answer.status_code == 204, answer.text
        assert (await client.get(ME)).status_code == 401
        for table, column in (("users", "id"), ("memberships", "user_id")):
            assert await count(runtime, table, column, owner.user_id) == 0
        assert await count(runtime, "memberships", "user_id", other.user_id) == 1
        assert await count(runtime, "audit_log", "actor_id", owner.user_id) > 0
        subjects = [mail.subject for mail in await mails_to(runtime, owner.email)]
        assert subjects[-1] == "Your account was deleted"

    async def test_of_the_last_owner_is_refused_with_what_to_do(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await add_member(runtime, owner, Role.ADMIN)

        answer = await delete(client)

        assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (409, "still-owner")
        assert "make another member an owner" in answer.json()["detail"]
        assert await count(runtime, "memberships", "user_id", owner.user_id) == 1

    async def test_takes_the_password_and_the_second_factor(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        await add_member(runtime, owner, Role.OWNER)
        device = await set_up(client)

        statuses = [
            (await delete(client, password="wrong password")).status_code,
            (await delete(client)).status_code,
            (await delete(client, code="000000")).status_code,
        ]

        assert statuses == [401, 401, 401]
        assert (await delete(client, code=device.recovery_codes[0])).status_code == 204

    async def test_keeps_a_row_without_a_person_where_others_need_it(
        self, client: AsyncClient, runtime: Runtime, owner: Person, needing: str
    ) -> None:
        await add_member(runtime, owner, Role.OWNER)
        async with runtime.database.admin.begin() as connection:
            await connection.execute(text(f"INSERT INTO {needing} VALUES ('{owner.user_id}')"))

        answer = await delete(client)

        async with runtime.database.admin.connect() as connection:
            query = text("SELECT email, full_name, password_hash FROM users WHERE id = :id")
            row = (await connection.execute(query, {"id": owner.user_id})).one()
        assert answer.status_code == 204, answer.text
        assert tuple(row) == (f"{owner.user_id}@deleted.invalid", "Deleted user", None)
        assert (await client.get(ME)).status_code == 401
        assert await count(runtime, "auth_sessions", "user_id", owner.user_id) == 0

    async def test_needs_a_log_in(self, anonymous: AsyncClient) -> None:
        assert (await delete(anonymous)).status_code == 401


@pytest.mark.parametrize("path", ["export", "delete"])
async def test_is_documented(anonymous: AsyncClient, path: str) -> None:
    document = (await anonymous.get("/openapi.json")).json()

    assert f"{ME}/{path}" in document["paths"]
