"""How often one may ask: per person, per tenant, per address, and less often where it is marked."""

from ._acts import count_act, guessing
from ._buckets import Buckets, MemoryBuckets, Taken
from ._marks import is_limited, limited
from ._middleware import RateLimitMiddleware
from ._tries import Tries

__all__ = [
    "Buckets",
    "MemoryBuckets",
    "RateLimitMiddleware",
    "Taken",
    "Tries",
    "count_act",
    "guessing",
    "is_limited",
    "limited",
]
