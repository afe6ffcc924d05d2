"""Cache for expensive values, separate for each tenant or explicitly shared by all."""

from ._cache import Cache
from ._cached import EVERYONE, TENANT, Cached
from ._keys import cache_key
from ._memory import MemoryStore
from ._shared import SharedCache
from ._store import Store

__all__ = [
    "EVERYONE",
    "TENANT",
    "Cache",
    "Cached",
    "MemoryStore",
    "SharedCache",
    "Store",
    "cache_key",
]
