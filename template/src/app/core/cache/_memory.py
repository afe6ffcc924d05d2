"""A cache store in this process's memory, invisible to other processes."""

from collections import OrderedDict
from datetime import timedelta
from time import monotonic

ENTRY_OVERHEAD = 300


class MemoryStore:
    """An LRU store limited to `max_bytes`.

    No entry lives longer than `longest`, because other processes cannot drop it here.
    """

    def __init__(self, *, max_bytes: int, longest: timedelta) -> None:
        self.max_bytes = max_bytes
        self.longest = longest
        self.size = 0
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._claims: dict[str, str] = {}
        self._claimed = 0

    async def get(self, key: str) -> bytes | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= monotonic():
            self._remove(key)
            return None
        self._entries.move_to_end(key)
        return entry[1]

    async def set(self, key: str, value: bytes, keep: timedelta) -> None:
        """Replace the entry and end any claim to it: its filler read older rows."""
        await self.drop([key])
        lifetime = min(keep, self.longest).total_seconds()
        self._entries[key] = (monotonic() + lifetime, value)
        self.size += _size(key, value)
        while self.size > self.max_bytes:
            self._remove(next(iter(self._entries)))

    async def drop(self, keys: list[str]) -> None:
        for key in keys:
            self._remove(key)
            self._claims.pop(key, None)

    async def drop_all(self, beginning: str) -> None:
        keys = [*self._entries, *self._claims]
        await self.drop([key for key in keys if key.startswith(beginning)])

    async def claim(self, key: str) -> str:
        self._claimed += 1
        self._claims[key] = str(self._claimed)
        return self._claims[key]

    async def fulfil(self, key: str, claim: str, value: bytes, keep: timedelta) -> None:
        if self._claims.get(key) == claim:
            del self._claims[key]
            await self.set(key, value, keep)

    async def abandon(self, key: str, claim: str) -> None:
        if self._claims.get(key) == claim:
            del self._claims[key]

    async def close(self) -> None:
        self._entries.clear()
        self.size = 0

    def _remove(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= _size(key, entry[1])


def _size(key: str, value: bytes) -> int:
    return len(key) + len(value) + ENTRY_OVERHEAD
