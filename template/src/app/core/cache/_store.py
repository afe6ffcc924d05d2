"""The interface of cache stores."""

from datetime import timedelta
from typing import Protocol


class Store(Protocol):
    """A cache store. It never raises if it is down: it then finds and keeps nothing.

    A claim names the caller that fills a missing value. Dropping the key also ends the claim, so a
    value computed from rows read before the drop is not stored.
    """

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, keep: timedelta) -> None: ...

    async def drop(self, keys: list[str]) -> None: ...

    async def drop_all(self, beginning: str) -> None:
        """Drop every key with this prefix. Slow: only for deleted tenants."""

    async def claim(self, key: str) -> str | None:
        """Return a claim, or None while another process holds it."""

    async def fulfil(self, key: str, claim: str, value: bytes, keep: timedelta) -> None:
        """Store the value if the claim is still valid, and end the claim."""

    async def abandon(self, key: str, claim: str) -> None: ...

    async def close(self) -> None: ...
