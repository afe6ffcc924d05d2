"""Leaky buckets, one number each (the generic cell rate algorithm, ITU-T I.371).

The number is the time at which the bucket will be empty. `10/minute` allows ten requests at once,
then one every six seconds; there is no window at whose edge twice as many pass.
"""

from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Protocol

from app.config import Rate

MOST_BUCKETS = 100_000


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a take: `remaining` more are allowed now; it is empty in `empty_in` seconds."""

    allowed: bool
    remaining: int
    empty_in: float
    retry_in: float = 0.0


def whole_seconds(seconds: float) -> int:
    """Round up to whole seconds, ignoring floating-point error."""
    return ceil(round(seconds, 6))


class Buckets(Protocol):
    async def take(self, key: str, rate: Rate) -> Taken: ...

    async def look(self, key: str, rate: Rate) -> Taken:
        """Return what `take` would, without taking."""

    async def empty(self, key: str) -> None: ...


class MemoryBuckets:
    """Buckets of this process: several processes each count separately."""

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self.most = most
        self._empty_at: dict[str, float] = {}

    async def take(self, key: str, rate: Rate) -> Taken:
        now = monotonic()
        taken, empty_at = fill(now, self._empty_at.get(key, 0.0), rate)
        if taken.allowed:
            if len(self._empty_at) >= self.most:
                self._evict(now)
            self._empty_at[key] = empty_at
        return taken

    async def look(self, key: str, rate: Rate) -> Taken:
        return fill(monotonic(), self._empty_at.get(key, 0.0), rate)[0]

    async def empty(self, key: str) -> None:
        self._empty_at.pop(key, None)

    def _evict(self, now: float) -> None:
        """Remove empty buckets; if that frees less than a tenth, remove the oldest too."""
        kept = [(key, at) for key, at in self._empty_at.items() if at > now]
        self._empty_at = dict(kept[-(self.most * 9 // 10) :])


def fill(now: float, empty_at: float, rate: Rate) -> tuple[Taken, float]:
    """Return the result of one more request, and when the bucket is then empty."""
    interval = rate.seconds / rate.times
    empty_at = max(empty_at, now)
    full_in = empty_at + interval - now - rate.seconds
    # The tolerance absorbs floating-point error, so that the last allowed request is not refused.
    if full_in > 1e-9:
        return Taken(False, 0, empty_at - now, full_in), empty_at
    empty_at += interval
    return Taken(True, _remaining(empty_at - now, rate), empty_at - now), empty_at


def _remaining(empty_in: float, rate: Rate) -> int:
    return int((rate.seconds - empty_in) * rate.times / rate.seconds + 1e-6)
