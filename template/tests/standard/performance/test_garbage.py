"""A request frees what it made: the garbage collector stops all requests for milliseconds."""

import gc
from collections.abc import Iterator

import pytest
from httpx import AsyncClient

from app.kit.ids import new_id
from tests.support.notes import URL


@pytest.fixture
def collected() -> Iterator[list[object]]:
    """Keep what the garbage collector finds, for this test only."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


async def test_no_request_leaves_a_circle(client: AsyncClient, collected: list[object]) -> None:
    await _ask(client)  # fills caches
    gc.collect()
    collected.clear()

    await _ask(client)
    gc.collect()

    ours = [type(each) for each in collected if type(each).__module__.startswith("app.")]
    assert ours == []


async def _ask(client: AsyncClient) -> None:
    made = await client.post(URL, json={"name": "First"})
    one = f"{URL}/{made.json()['id']}"
    for url in (URL, one, f"{URL}/{new_id()}", f"{URL}?limit=none", "/api/v1/users/me"):
        await client.get(url)
    await client.patch(one, json={"name": "Second"})
    await client.patch(one, json={"nothing": "Third"})
    await client.delete(one)
