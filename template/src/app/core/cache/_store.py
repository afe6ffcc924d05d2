"""What the cache asks of the place where values are kept."""

from datetime import timedelta
from typing import Protocol


class Store(Protocol):
    """A store never raises because it is down: then it finds nothing and keeps nothing.

    A claim says who makes a value that is missing. Dropping the key ends the claim too, so what was
    made of rows from before the drop is not kept.
    """

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, keep: timedelta) -> None: ...

    async def drop(self, keys: list[str]) -> None: ...

    async def drop_all(self, beginning: str) -> None:
        """Every key that begins so. Slow: for a tenant who leaves."""

    async def claim(self, key: str) -> str | None:
        """A claim, or None while another process has it."""

    async def fulfil(self, key: str, claim: str, value: bytes, keep: timedelta) -> None:
        """Keeps the value if the claim still holds, and ends it."""

    async def abandon(self, key: str, claim: str) -> None: ...

    async def close(self) -> None: ...
