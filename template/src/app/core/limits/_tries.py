"""Attempts at a secret: counted before it is checked, reset once it was right."""

from app.config import Rate
from app.core.errors import TooManyRequests

from ._buckets import Buckets, whole_seconds


class Tries:
    """Attempts at one kind of secret. Counting first leaves no gap for concurrent attempts."""

    def __init__(self, buckets: Buckets, name: str, *rates: Rate | None) -> None:
        self.buckets = buckets
        self.name = name
        self.rates = [rate for rate in rates if rate]

    async def count(self, whose: str) -> None:
        """Count an attempt for an account or address. Raises TooManyRequests."""
        for rate in self.rates:
            taken = await self.buckets.take(self._key(whose, rate), rate)
            if not taken.allowed:
                seconds = max(1, whole_seconds(taken.retry_in))
                raise TooManyRequests(headers={"Retry-After": str(seconds)})

    async def reset(self, whose: str) -> None:
        """Reset the count after a correct secret."""
        for rate in self.rates:
            await self.buckets.empty(self._key(whose, rate))

    def _key(self, whose: str, rate: Rate) -> str:
        return f"limit:{self.name}:{whose}:{rate.times}/{rate.seconds}"
