"""Only one caller computes a missing value, even after failures; no value of old rows is kept."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.cache import SharedCache, Store

from .conftest import redis_store

MINUTE = timedelta(minutes=1)


class Oven:
    """Takes a while to compute a value, and counts the calls."""

    def __init__(self, *, seconds: float = 0.1, burns: int = 0) -> None:
        self.seconds = seconds
        self.burns = burns
        self.lit = 0
        self.is_lit = asyncio.Event()

    async def bake(self) -> bytes:
        self.lit += 1
        self.is_lit.set()
        await asyncio.sleep(self.seconds)  # slow on purpose
        if self.lit <= self.burns:
            raise ValueError("burnt")
        return b'"bread"'


@pytest.fixture
def key() -> str:
    return f"cache:{uuid4()}"


class TestRemember:
    async def test_has_one_filler_in_a_process(self, store: Store, key: str) -> None:
        shared, oven = SharedCache(store), Oven()

        made = await asyncio.gather(*(shared.remember(key, MINUTE, oven.bake) for _ in range(100)))

        assert set(made) == {b'"bread"'}
        assert oven.lit == 1

    async def test_has_one_filler_among_processes(self, valkey_url: str, key: str) -> None:
        processes = [SharedCache(redis_store(valkey_url)) for _ in range(5)]
        oven = Oven()

        made = await asyncio.gather(
            *(each.remember(key, MINUTE, oven.bake) for each in processes for _ in range(10))
        )

        assert set(made) == {b'"bread"'}
        assert oven.lit == 1

    async def test_finds_another_filler_when_the_first_fails(self, store: Store, key: str) -> None:
        shared, oven = SharedCache(store), Oven(seconds=0.02, burns=1)

        made = await asyncio.gather(
            *(shared.remember(key, MINUTE, oven.bake) for _ in range(10)), return_exceptions=True
        )

        assert sum(isinstance(each, ValueError) for each in made) == 1
        assert made.count(b'"bread"') == 9
        assert oven.lit == 2

    async def test_finds_another_filler_when_the_first_is_cancelled(
        self, store: Store, key: str
    ) -> None:
        shared, oven = SharedCache(store), Oven()
        first = asyncio.create_task(shared.remember(key, MINUTE, oven.bake))
        await oven.is_lit.wait()
        second = asyncio.create_task(shared.remember(key, MINUTE, oven.bake))

        first.cancel()

        assert await second == b'"bread"'

    async def test_does_not_wait_for_ever(self, store: Store, key: str) -> None:
        shared, oven = SharedCache(store, patience_seconds=0.1), Oven(seconds=60)  # any
        slow = asyncio.create_task(shared.remember(key, MINUTE, oven.bake))
        await oven.is_lit.wait()

        async with asyncio.timeout(30):
            assert await shared.remember(key, MINUTE, Oven(seconds=0).bake) == b'"bread"'
        slow.cancel()

    async def test_does_not_wait_for_ever_for_another_process(
        self, valkey_url: str, key: str
    ) -> None:
        await redis_store(valkey_url).claim(key)  # a process that dies with its claim
        shared = SharedCache(redis_store(valkey_url), patience_seconds=0.1)  # any

        async with asyncio.timeout(30):
            assert await shared.remember(key, MINUTE, Oven(seconds=0).bake) == b'"bread"'


class TestDrop:
    async def test_reaches_a_value_that_is_being_made(self, store: Store, key: str) -> None:
        """The value was computed from rows before the change."""
        shared, oven = SharedCache(store), Oven()
        filler = asyncio.create_task(shared.remember(key, MINUTE, oven.bake))
        await oven.is_lit.wait()

        await shared.drop([key])
        await filler

        assert await store.get(key) is None

    async def test_reaches_a_value_that_another_process_makes(
        self, valkey_url: str, key: str
    ) -> None:
        store, oven = redis_store(valkey_url), Oven()
        filler = asyncio.create_task(SharedCache(store).remember(key, MINUTE, oven.bake))
        await oven.is_lit.wait()

        await SharedCache(redis_store(valkey_url)).drop([key])
        await filler

        assert await store.get(key) is None
