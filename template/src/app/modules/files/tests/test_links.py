import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.core.runtime import Runtime
from app.kit import clock
from tests.support.people import Person

from .test_files import PNG, URL, upload

SUSPEND = text("UPDATE tenants SET suspended_at = now() WHERE id = :id")


async def link_to(client: AsyncClient) -> str:
    """Create a link, and return its path."""
    file = await upload(client)
    answer = await client.post(f"{URL}/{file['id']}/links")
    assert answer.status_code == 201, answer.text
    return urlsplit(str(answer.json()["url"])).path


class TestLink:
    async def test_is_for_whoever_has_it(self, client: AsyncClient, anonymous: AsyncClient) -> None:
        answer = await anonymous.get(await link_to(client))

        assert answer.content == PNG

    async def test_leads_to_the_public_address(self, client: AsyncClient, runtime: Runtime) -> None:
        file = await upload(client)

        answer = await client.post(f"{URL}/{file['id']}/links", headers={"host": "evil.example"})

        assert answer.json()["url"].startswith(f"{runtime.settings.public_url}/api/v1/files/links/")

    async def test_expires(
        self, client: AsyncClient, anonymous: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, later = await link_to(client), clock.now() + timedelta(minutes=16)
        monkeypatch.setattr(clock, "now", lambda: later)

        assert (await anonymous.get(path)).status_code == 404

    async def test_cannot_be_changed(self, client: AsyncClient, anonymous: AsyncClient) -> None:
        path = await link_to(client)

        for wrong in (path[:-3] + "AAA", f"{path}A", f"{URL}/links/x", f"{URL}/links/a.b.c.d.e"):
            assert (await anonymous.get(wrong)).status_code == 404

    async def test_is_bound_to_its_tenant(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, rival: Person
    ) -> None:
        """A link encrypted with our key that names another tenant finds nothing."""
        file, until = await upload(client), clock.now().timestamp() + 60
        told = ["files.link", str(rival.tenant_id), file["id"], until]
        token = runtime.encrypter.encrypt(json.dumps(told))

        assert (await anonymous.get(f"{URL}/links/{token}")).status_code == 404

    async def test_is_made_of_nothing_else_that_is_signed(
        self, anonymous: AsyncClient, runtime: Runtime
    ) -> None:
        for told in ("a secret", json.dumps(["other", "x", "y", 9e9]), json.dumps({"a": 1})):
            token = runtime.encrypter.encrypt(told)

            assert (await anonymous.get(f"{URL}/links/{token}")).status_code == 404

    async def test_ends_with_the_suspension_of_its_tenant(
        self, client: AsyncClient, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        path = await link_to(client)
        async with runtime.database.admin.begin() as connection:
            await connection.execute(SUSPEND, {"id": owner.tenant_id})

        assert (await anonymous.get(path)).status_code == 404
