"""API keys, `ak_<tenant>_<secret>`: cached for a minute, revocations checked at each request."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.core.origin import network_of
from app.kit import clock

from ._actor import Actor
from ._revocation_cache import RevocationCache
from ._secrets import hash_secret, new_secret

PREFIX = "ak_"
MOST_CACHED = 10_000
CACHED_FOR = timedelta(minutes=1)
"""A revoked key is refused earlier: revocations are checked at each request."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """The permissions and expiry of a stored key.

    Revoking an id in `depends_on`, such as those of the user who created the key, ends the key too.
    `role` is that user's role.
    """

    id: UUID
    permissions: frozenset[str]
    expires_at: datetime | None
    depends_on: tuple[UUID, ...] = ()
    role: str | None = None
    made_by: UUID | None = None


class KeyTries(Protocol):
    """Counts lookups of API keys that are not cached, by network address."""

    async def count(self, whose: str) -> None: ...

    async def reset(self, whose: str) -> None: ...


FindKey = Callable[[UUID, str], Awaitable[FoundKey | None]]
"""Finds a key by tenant id and hash of the secret. Returns None if the tenant is suspended."""


def new_api_key(tenant_id: UUID) -> tuple[str, str]:
    """Return a key, to be shown once, and the hash to be stored."""
    secret = new_secret()
    return f"{PREFIX}{tenant_id.hex}_{secret}", hash_secret(secret)


@dataclass(frozen=True, slots=True)
class CachedKey:
    until: datetime
    tenant_id: UUID
    key: FoundKey


class ApiKeys:
    """Caches the keys in use, so that most requests need no database query."""

    def __init__(
        self,
        find: FindKey,
        revocations: RevocationCache,
        tries: KeyTries,
        note_refused: Callable[[str | None], None],
    ) -> None:
        """`note_refused` is called with the client's address when a key is invalid."""
        self.find = find
        self.note_refused = note_refused
        self.tries = tries
        self.revocations = revocations
        self._remembered: OrderedDict[str, CachedKey] = OrderedDict()

    async def actor(self, presented: str, *, address: str | None) -> Actor:
        """Return an actor without a user, in the key's tenant, or an actor with a `refusal`.

        A key refused from the cache is looked up again: its creator may have another role by now.
        Raises TooManyRequests for an address that has presented too many invalid keys.
        """
        known = self._find_cached(presented)
        # A cached key may be outdated, so only a success is final; a refusal is checked again
        # below.
        if known is not None:
            actor = await self._of(known)
            if actor.refusal is None:
                return actor
        found = await self._look_up(presented, address)
        if found is None:
            self.note_refused(address)
            return Actor(refusal="The API key is not valid.")
        return await self._of(found)

    async def _of(self, found: CachedKey) -> Actor:
        key = found.key
        if key.expires_at is not None and key.expires_at <= clock.now():
            return Actor(refusal="The API key has expired.")
        ids = [key.id, found.tenant_id, *key.depends_on]
        refusal = await self.revocations.refusal(ids, role=key.role)
        if refusal is not None:
            return Actor(refusal=refusal)
        return Actor(
            tenant_id=found.tenant_id,
            api_key_id=key.id,
            made_by=key.made_by,
            permissions=key.permissions,
        )

    def _find_cached(self, presented: str) -> CachedKey | None:
        found = self._remembered.get(hash_secret(presented))
        return found if found and found.until > clock.now() else None

    async def _look_up(self, presented: str, address: str | None) -> CachedKey | None:
        """Look up the key. The attempt is counted before the query, and reset if the key exists."""
        tenant, _, secret = presented.removeprefix(PREFIX).partition("_")
        try:
            tenant_id = UUID(hex=tenant)
        except ValueError:
            return None
        whose = network_of(address) if address else None
        if whose:
            await self.tries.count(whose)
        key = await self.find(tenant_id, hash_secret(secret))
        if key and whose:
            await self.tries.reset(whose)
        return self._add_to_cache(presented, tenant_id, key) if key else None

    def _add_to_cache(self, presented: str, tenant_id: UUID, key: FoundKey) -> CachedKey:
        found = CachedKey(clock.now() + CACHED_FOR, tenant_id, key)
        self._remembered[hash_secret(presented)] = found
        if len(self._remembered) > MOST_CACHED:
            self._remembered.popitem(last=False)
        return found
