"""Decode ids as Python's own `uuid.UUID`. asyncpg's subclass is refused by orjson and others.

It costs 0.2 µs for each id that is read, and saves as much again when pydantic writes it as JSON.
"""

from typing import Any
from uuid import UUID, SafeUUID

OID = 2950
SLOTS: Any = vars(UUID)
_set_int, _set_is_safe = SLOTS["int"].__set__, SLOTS["is_safe"].__set__
_unknown = SafeUUID.unknown


def encode(value: Any) -> bytes:
    """Encode a UUID or its text. Raises ValueError, AttributeError or TypeError otherwise."""
    try:
        return value.bytes  # type: ignore[no-any-return]  # of a UUID
    except AttributeError:
        return UUID(value).bytes


def decode(value: bytes) -> UUID:
    """Return `UUID(bytes=value)` in a quarter of the time, without its check of 16 bytes."""
    made = object.__new__(UUID)
    _set_int(made, int.from_bytes(value, "big"))
    _set_is_safe(made, _unknown)
    return made
