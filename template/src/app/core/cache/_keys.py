"""Cache keys: every key names its tenant or EVERYONE. All keys are made here."""

from enum import Enum
from typing import Literal, TypeAlias
from uuid import UUID

import orjson

from app.database.tenancy import TenantContext, TenantContextRequired


class CacheOwner(Enum):
    TENANT = "tenant"
    EVERYONE = "everyone"


Part: TypeAlias = str | int | UUID | None


def cache_key(
    owner: TenantContext | Literal[CacheOwner.EVERYONE], name: str, parts: tuple[Part, ...]
) -> str:
    """Return the key; different parts never collide. Raises TenantContextRequired."""
    return f"{key_prefix(owner)}{name}:{orjson.dumps(parts).decode()}"


def key_prefix(owner: object) -> str:
    """Return the prefix of all keys of the owner. Raises TenantContextRequired."""
    match owner:
        case TenantContext(UUID() as tenant_id):
            return f"cache:{tenant_id}:"
        case CacheOwner.EVERYONE:
            return "cache:everyone:"
        case _:
            raise TenantContextRequired("a cache key takes a TenantContext, or EVERYONE")
