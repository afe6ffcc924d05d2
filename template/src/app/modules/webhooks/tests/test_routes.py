import asyncio
from collections import Counter
from typing import Any

import pytest
from httpx import AsyncClient

from app.core.permissions import Role
from app.core.runtime import Runtime
from tests.support.people import Person, add_member

URL = "/api/v1/webhooks/endpoints"
BODY = {"url": "https://example.com/hook", "events": ["invoices.*"]}


async def create(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(URL, json={**BODY, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


class TestCreate:
    async def test_shows_the_secret_this_once(self, client: AsyncClient) -> None:
        made = await create(client)

        assert made["secret"].startswith("whsec_")
        assert "secret" not in (await client.get(f"{URL}/{made['id']}")).json()

    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://u:p@x.com/"],
    )
    async def test_refuses(self, client: AsyncClient, url: str) -> None:
        answer = await client.post(URL, json={**BODY, "url": url})

        assert answer.status_code == 422
        assert answer.json()["title"] == "This address is refused"

    async def test_refuses_one_too_many(
        self, client: AsyncClient, rival_client: AsyncClient
    ) -> None:
        """However many are requested at the same time."""
        answers = await asyncio.gather(*(client.post(URL, json=BODY) for _ in range(25)))

        assert Counter(answer.status_code for answer in answers) == {201: 20, 409: 5}
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert refused["detail"] == "There are 20 endpoints already. Delete one first."
        await create(rival_client)

    @pytest.mark.parametrize("events", [[], ["Invoices.*"], ["invoices*"], ["*.*"], [""]])
    async def test_refuses_what_is_no_pattern(self, client: AsyncClient, events: Any) -> None:
        answer = await client.post(URL, json={**BODY, "events": events})

        assert answer.status_code == 422

    async def test_is_for_admins(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        member = await add_member(runtime, owner, Role.MEMBER)

        answer = await anonymous.post(URL, json=BODY, headers=member.headers)

        assert answer.status_code == 403


class TestChange:
    async def test_disables_and_enables(self, client: AsyncClient) -> None:
        address = f"{URL}/{(await create(client))['id']}"

        disabled = await client.patch(address, json={"enabled": False})
        enabled = await client.patch(address, json={"enabled": True})

        assert (disabled.json()["enabled"], enabled.json()["enabled"]) == (False, True)

    async def test_changes_the_address(self, client: AsyncClient) -> None:
        address = f"{URL}/{(await create(client))['id']}"

        changed = await client.patch(address, json={"url": "https://example.org/"})

        assert changed.json()["url"] == "https://example.org/"


class TestAnotherTenant:
    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    async def test_finds_nothing(
        self, client: AsyncClient, rival_client: AsyncClient, method: str
    ) -> None:
        address = f"{URL}/{(await create(client))['id']}"

        answer = await rival_client.request(method, address, json={})

        assert answer.status_code == 404
        assert (await rival_client.get(URL)).json()["items"] == []


class TestDelete:
    async def test_leaves_nothing(self, client: AsyncClient) -> None:
        address = f"{URL}/{(await create(client))['id']}"

        assert (await client.delete(address)).status_code == 204
        assert (await client.get(address)).status_code == 404
