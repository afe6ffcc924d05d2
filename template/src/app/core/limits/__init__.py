"""How often one may ask: per person, per tenant, per address, and less often where it is marked."""

from ._acts import count_act
from ._buckets import Buckets, MemoryBuckets, Taken, whole_seconds
from ._marks import MarkedRoutes, limited

__all__ = [
    "Buckets",
    "MarkedRoutes",
    "MemoryBuckets",
    "Taken",
    "count_act",
    "limited",
    "whole_seconds",
]
