"""Values that are dear to make and may be kept a while: of one tenant, or expressly of everyone."""

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
