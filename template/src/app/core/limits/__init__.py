"""How often one may ask: per person, per tenant, per address, and less often where it is marked."""

from ._acts import count_act
from ._buckets import Buckets, MemoryBuckets, Taken, whole_seconds
from ._marks import limited
from ._middleware import RateLimitMiddleware

__all__ = [
    "Buckets",
    "MemoryBuckets",
    "RateLimitMiddleware",
    "Taken",
    "count_act",
    "limited",
    "whole_seconds",
]
