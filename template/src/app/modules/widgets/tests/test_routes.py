from uuid import UUID

import pytest_asyncio
from httpx import AsyncClient

URL = "/api/v1/widgets"


@pytest_asyncio.fixture
async def widget(client: AsyncClient) -> str:
    """The address of one of the owner's widgets."""
    answer = await client.post(URL, json={"name": "First"})
    return f"{URL}/{UUID(answer.json()['id'])}"


class TestCreate:
    async def test_answers_with_the_widget(self, client: AsyncClient) -> None:
        answer = await client.post(URL, json={"name": " First "})

        assert answer.status_code == 201
        assert answer.json()["name"] == "First"

    async def test_refuses_a_name_without_letters(self, client: AsyncClient) -> None:
        answer = await client.post(URL, json={"name": "  "})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/body/name"


class TestList:
    async def test_has_own_widgets_only(
        self, client: AsyncClient, rival_client: AsyncClient, widget: str
    ) -> None:
        assert len((await client.get(URL)).json()["items"]) == 1
        assert (await rival_client.get(URL)).json() == {"items": [], "next_cursor": None}


class TestChange:
    async def test_renames(self, client: AsyncClient, widget: str) -> None:
        answer = await client.patch(widget, json={"name": "Second"})

        assert answer.json()["name"] == "Second"
        assert (await client.get(widget)).json() == answer.json()

    async def test_refuses_a_stranger(self, rival_client: AsyncClient, widget: str) -> None:
        answer = await rival_client.patch(widget, json={"name": "Mine"})

        assert answer.status_code == 404


class TestDelete:
    async def test_leaves_nothing(self, client: AsyncClient, widget: str) -> None:
        answer = await client.delete(widget)

        assert answer.status_code == 204
        assert (await client.get(widget)).status_code == 404
