from datetime import timedelta

import pytest

from app.core.cache import MemoryStore, _memory

MINUTE = timedelta(minutes=1)


class TestMemoryStore:
    async def test_drops_entries_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 1000.0
        monkeypatch.setattr(_memory, "monotonic", lambda: now)
        store = MemoryStore(max_bytes=10_000, longest=timedelta(seconds=20))
        await store.set("key", b"value", MINUTE)

        now += 19
        assert await store.get("key") == b"value"
        now += 2
        assert await store.get("key") is None
        assert store.size == 0

    async def test_holds_no_more_than_it_may(self) -> None:
        store = MemoryStore(max_bytes=10_000, longest=MINUTE)
        for number in range(1000):
            await store.set(f"key {number}", b"x" * 700, MINUTE)
            await store.get("key 0")

        assert store.size <= 10_000
        assert await store.get("key 0") is not None, "what is used stays"
        assert await store.get("key 1") is None
        assert await store.get("key 999") is not None

    async def test_refuses_what_is_larger_than_itself(self) -> None:
        store = MemoryStore(max_bytes=1000, longest=MINUTE)

        await store.set("key", b"x" * 2000, MINUTE)

        assert (await store.get("key"), store.size) == (None, 0)
