"""Keys for programs, `ak_<tenant>_<secret>`: looked up once a minute, checked at each request."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.core.origin import network_of
from app.kit import clock

from ._actor import Actor
from ._secrets import hash_secret, new_secret
from ._watch import Revocations

PREFIX = "ak_"
REMEMBERED = 10_000
REMEMBERED_FOR = timedelta(minutes=1)
"""Not how long a revoked key is good: revocations are checked at each request."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """What a stored key may do, and until when.

    `depends_on` are the ids that end it when one is revoked, as those of its maker, who has `role`.
    """

    id: UUID
    permissions: frozenset[str]
    expires_at: datetime | None
    depends_on: tuple[UUID, ...] = ()
    role: str | None = None
    made_by: UUID | None = None


class KeyTries(Protocol):
    """Counts looks for keys that are not known here, by the address that they come from."""

    async def count(self, whose: str) -> None: ...

    async def forget(self, whose: str) -> None: ...


FindKey = Callable[[UUID, str], Awaitable[FoundKey | None]]
"""By the tenant and the hash of the secret. None also when the tenant is suspended."""


def new_api_key(tenant_id: UUID) -> tuple[str, str]:
    """A key, to be shown once, and the hash to be stored."""
    secret = new_secret()
    return f"{PREFIX}{tenant_id.hex}_{secret}", hash_secret(secret)


@dataclass(frozen=True, slots=True)
class Remembered:
    until: datetime
    tenant_id: UUID
    key: FoundKey


class ApiKeys:
    """Remembers the keys that are in use, so that a request asks the database for nothing."""

    def __init__(
        self,
        find: FindKey,
        revocations: Revocations,
        tries: KeyTries,
        note_refused: Callable[[str | None], None],
    ) -> None:
        """`note_refused` gets the address of whoever presents a key that is none."""
        self.find = find
        self.note_refused = note_refused
        self.tries = tries
        self.revocations = revocations
        self._remembered: OrderedDict[str, Remembered] = OrderedDict()

    async def actor(self, presented: str, *, address: str | None) -> Actor:
        """Works for the key's tenant and is no user; or has a refusal.

        A key that is refused from memory is looked up again: its maker may have another role.
        Raises TooManyRequests for an address that has presented too many that are none.
        """
        known = self._recall(presented)
        if known is not None:
            actor = await self._of(known)
            if actor.refusal is None:
                return actor
        found = await self._look_up(presented, address)
        if found is None:
            self.note_refused(address)
            return Actor(refusal="The API key is not valid.")
        return await self._of(found)

    async def _of(self, found: Remembered) -> Actor:
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

    def _recall(self, presented: str) -> Remembered | None:
        found = self._remembered.get(hash_secret(presented))
        return found if found and found.until > clock.now() else None

    async def _look_up(self, presented: str, address: str | None) -> Remembered | None:
        """Counted before the database is asked."""
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
            await self.tries.forget(whose)
        return self._remember(presented, tenant_id, key) if key else None

    def _remember(self, presented: str, tenant_id: UUID, key: FoundKey) -> Remembered:
        found = Remembered(clock.now() + REMEMBERED_FOR, tenant_id, key)
        self._remembered[hash_secret(presented)] = found
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return found
