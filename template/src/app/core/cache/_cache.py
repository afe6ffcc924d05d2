"""`work.cache`: the cache as services use it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from app.core.work import Work
from app.database.tenancy import TenantContext

from ._cached import Cached, Unreadable
from ._keys import Part, key_prefix
from ._shared import SharedCache

Value = TypeVar("Value")


class Cache:
    """The cache of one unit of work: its tenant's entries and its own uncommitted changes.

    `set` and `invalidate` become visible to others after the commit, and never if it fails. Until
    then they apply inside this unit only.
    """

    def __init__(self, work: Work, shared: SharedCache) -> None:
        self._work = work
        self._shared = shared
        self._changed: dict[str, tuple[timedelta, bytes | None]] = {}

    async def remember(
        self, cached: Cached[Value], *parts: Part, make: Callable[[], Awaitable[Value]]
    ) -> Value:
        """Return the cached value, or cache the result of `make`. Raises what `make` raises."""
        key = cached.key(self._work.context, parts)

        async def pack() -> bytes:
            return cached.pack(await make())

        if key in self._changed:
            packed = self._changed[key][1] or await pack()
        else:
            packed = await self._shared.remember(key, cached.keep, pack)
        try:
            return cached.unpack(packed)
        except Unreadable:
            await self._shared.drop([key])
            return await make()

    async def get(self, cached: Cached[Value], *parts: Part) -> Value | None:
        key = cached.key(self._work.context, parts)
        if key in self._changed:
            packed = self._changed[key][1]
        else:
            packed = await self._shared.get(key)
        try:
            return cached.unpack(packed) if packed is not None else None
        except Unreadable:
            return None

    def set(self, cached: Cached[Value], *parts: Part, value: Value) -> None:
        self._change(cached.key(self._work.context, parts), cached.keep, cached.pack(value))

    def invalidate(self, cached: Cached[Value], *parts: Part) -> None:
        self._change(cached.key(self._work.context, parts), cached.keep, None)

    def invalidate_tenant(self, tenant: TenantContext) -> None:
        """Delete all of the tenant's entries after the commit."""
        self._work.after_commit(partial(self._shared.drop_all, key_prefix(tenant)))

    forget, forget_tenant = invalidate, invalidate_tenant  # until 3.0

    def _change(self, key: str, keep: timedelta, packed: bytes | None) -> None:
        if not self._changed:
            self._work.after_commit(self._apply)
        self._changed[key] = (keep, packed)

    async def _apply(self) -> None:
        changed, self._changed = self._changed, {}
        dropped = [key for key, (_, packed) in changed.items() if packed is None]
        if dropped:
            await self._shared.drop(dropped)
        for key, (keep, packed) in changed.items():
            if packed is not None:
                await self._shared.set(key, packed, keep)
