"""Tries at a secret: counted before the secret is looked at, forgotten once it was right."""

from app.config import Rate
from app.core.errors import TooManyRequests

from ._buckets import Buckets, whole_seconds


class Tries:
    """Of one kind of secret. Counting first leaves no gap for many tries at the same time."""

    def __init__(self, buckets: Buckets, name: str, *rates: Rate | None) -> None:
        self.buckets = buckets
        self.name = name
        self.rates = [rate for rate in rates if rate]

    async def count(self, whose: str) -> None:
        """One more try at what is `whose`: an account's, an address's. Raises TooManyRequests."""
        for rate in self.rates:
            taken = await self.buckets.take(self._key(whose, rate), rate)
            if not taken.allowed:
                seconds = max(1, whole_seconds(taken.retry_in))
                raise TooManyRequests(headers={"Retry-After": str(seconds)})

    async def forget(self, whose: str) -> None:
        """The secret was right: the tries before were not those of somebody who guesses."""
        for rate in self.rates:
            await self.buckets.empty(self._key(whose, rate))

    def _key(self, whose: str, rate: Rate) -> str:
        return f"limit:{self.name}:{whose}:{rate.times}/{rate.seconds}"
