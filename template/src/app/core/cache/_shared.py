"""Prevent cache stampedes: one caller fills a missing value, the others wait, in all processes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

from ._store import Store

Make: TypeAlias = Callable[[], Awaitable[bytes]]
Note: TypeAlias = Callable[[str], None]

PATIENCE_SECONDS = 2.0
"""Waiting callers hold a transaction. After this time they compute the value themselves."""

LOOK_AGAIN_SECONDS = 0.05


class SharedCache:
    """The cache of this process, shared by all its units of work. `note` gets each hit or miss."""

    def __init__(
        self,
        store: Store,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        note: Note = lambda result: None,
    ) -> None:
        self.store = store
        self.patience_seconds = patience_seconds
        self.note = note
        self._fillers: dict[str, asyncio.Future[bytes | None]] = {}

    async def remember(self, key: str, keep: timedelta, make: Make) -> bytes:
        """Return the cached value, or what `make` returns. Raises what `make` raises."""
        patient_until = _now() + self.patience_seconds
        found = await self.get(key)
        while found is None:
            filler = self._fillers.get(key)
            if filler is None:
                return await self._fill(key, keep, make, patient_until)
            await asyncio.wait([filler], timeout=max(0, patient_until - _now()))
            made = filler.result() if filler.done() else None
            if made is not None:
                return made
            if _now() >= patient_until:
                return await make()
            found = await self.store.get(key)
        return found

    async def get(self, key: str) -> bytes | None:
        found = await self.store.get(key)
        self.note("miss" if found is None else "hit")
        return found

    async def set(self, key: str, value: bytes, keep: timedelta) -> None:
        self._fillers.pop(key, None)
        await self.store.set(key, value, keep)

    async def drop(self, keys: list[str]) -> None:
        """Drop the entries; callers no longer wait for values computed from older rows."""
        for key in keys:
            self._fillers.pop(key, None)
        await self.store.drop(keys)

    async def drop_all(self, beginning: str) -> None:
        await self.drop([key for key in self._fillers if key.startswith(beginning)])
        await self.store.drop_all(beginning)

    async def _fill(self, key: str, keep: timedelta, make: Make, patient_until: float) -> bytes:
        filler = self._fillers[key] = asyncio.get_running_loop().create_future()
        made = None
        try:
            made = await self._claim_and_make(key, keep, make, patient_until)
            return made
        finally:
            filler.set_result(made)
            if self._fillers.get(key) is filler:
                del self._fillers[key]

    async def _claim_and_make(
        self, key: str, keep: timedelta, make: Make, patient_until: float
    ) -> bytes:
        while (claim := await self.store.claim(key)) is None and _now() < patient_until:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            if (found := await self.store.get(key)) is not None:
                return found
        # The other filler is too slow: compute the value without storing it.
        if claim is None:
            return await make()
        try:
            made = await make()
        # Also on cancellation, or the others would wait until the claim expires.
        except BaseException:
            await self.store.abandon(key, claim)
            raise
        await self.store.fulfil(key, claim, made, keep)
        return made


def _now() -> float:
    return asyncio.get_running_loop().time()
