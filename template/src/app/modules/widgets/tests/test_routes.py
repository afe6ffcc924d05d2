from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient
from pydantic_core import to_jsonable_python

from app.core.unit_of_work import UnitOfWork

from .factory import (
    make_widget,
    values_of_widget,
)

URL = "/api/v1/widgets"
WRONG: list[tuple[str, object]] = [
    ("name", "  "),
]
CHANGES: list[tuple[str, object]] = [
    ("name", "Second"),
]


@pytest.fixture
def body() -> dict[str, Any]:
    """Return a widget as a request sends it."""
    values = values_of_widget()
    sent: dict[str, Any] = to_jsonable_python(values)
    return sent


@pytest_asyncio.fixture
async def address(work: UnitOfWork) -> str:
    """Return the URL of a row of the tenant."""
    row = await make_widget(work)
    await work.commit()
    return f"{URL}/{row.id}"


class TestCreate:
    async def test_answers_with_the_row(self, client: AsyncClient, body: dict[str, Any]) -> None:
        answer = await client.post(URL, json=body)

        assert answer.status_code == 201
        assert answer.json().items() >= body.items()

    @pytest.mark.parametrize(("field", "value"), WRONG)
    async def test_refuses(
        self, client: AsyncClient, body: dict[str, Any], field: str, value: object
    ) -> None:
        answer = await client.post(URL, json={**body, field: value})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/body/{field}"


class TestList:
    async def test_has_rows_of_the_tenant_only(
        self, client: AsyncClient, rival_client: AsyncClient, address: str
    ) -> None:
        assert len((await client.get(URL)).json()["items"]) == 1
        assert (await rival_client.get(URL)).json() == {"items": [], "next_cursor": None}


class TestChange:
    @pytest.mark.parametrize(("field", "value"), CHANGES)
    async def test_stores(
        self, client: AsyncClient, address: str, field: str, value: object
    ) -> None:
        before = (await client.get(address)).json()

        after = (await client.patch(address, json={field: value})).json()

        assert after == {**before, field: value, "updated_at": after["updated_at"]}
        assert (await client.get(address)).json() == after

    async def test_refuses_another_tenant(self, rival_client: AsyncClient, address: str) -> None:
        answer = await rival_client.patch(address, json={})

        assert answer.status_code == 404


class TestVersion:
    async def test_is_compared_before_a_change(self, client: AsyncClient, address: str) -> None:
        current = {"If-Match": (await client.get(address)).headers["ETag"]}
        stale = {"If-Match": '"0"'}

        changed = await client.patch(address, json={}, headers=current)
        refused = await client.patch(address, json={}, headers=stale)
        kept = await client.delete(address, headers=stale)

        assert changed.status_code == 200
        assert refused.status_code == kept.status_code == 412


class TestDelete:
    async def test_leaves_nothing(self, client: AsyncClient, address: str) -> None:
        answer = await client.delete(address)

        assert answer.status_code == 204
        assert (await client.get(address)).status_code == 404
