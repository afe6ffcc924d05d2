"""One kind of cached value: its name, type, lifetime and owner."""

from datetime import timedelta
from typing import Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.database.tenancy import Context, TenantContext, TenantContextRequired

from ._keys import CacheOwner, Part, cache_key

Value = TypeVar("Value")

TENANT: Literal[CacheOwner.TENANT] = CacheOwner.TENANT
EVERYONE: Literal[CacheOwner.EVERYONE] = CacheOwner.EVERYONE


class Cached(Generic[Value]):
    """A kind of cached value, declared once beside its service.

        PRICES = Cached("catalogue.prices", list[Price], keep=timedelta(minutes=5), whose=TENANT)

    The type can be any that pydantic supports: a schema, a dataclass, a list of them. Rows are
    refused when it is declared, because they belong to their session.
    """

    def __init__(self, name: str, kind: type[Value], *, keep: timedelta, whose: CacheOwner) -> None:
        self.name = name
        self.keep = keep
        self.whose = whose
        self._adapter = TypeAdapter(kind)

    def key(self, context: Context, parts: tuple[Part, ...]) -> str:
        """Return the cache key. Raises TenantContextRequired."""
        if self.whose is CacheOwner.EVERYONE:
            return cache_key(EVERYONE, self.name, parts)
        if not isinstance(context, TenantContext):
            raise TenantContextRequired(f"{self.name} is kept for tenants; this work has none")
        return cache_key(context, self.name, parts)

    def pack(self, value: Value) -> bytes:
        return self._adapter.dump_json(value)

    def unpack(self, packed: bytes) -> Value:
        """Parse a stored value. Raises Unreadable."""
        try:
            return self._adapter.validate_json(packed)
        except ValidationError:
            raise Unreadable(self.name) from None


class Unreadable(Exception):
    """The value was stored by another release, with another type."""
