"""How often one may ask: per person, per tenant, per address, and less often where it is marked."""

from ._acts import count_act, guessing
from ._buckets import Buckets, MemoryBuckets, Taken, whole_seconds
from ._marks import Mark, is_limited, limited, mark_of
from ._tries import Tries

__all__ = [
    "Buckets",
    "Mark",
    "MemoryBuckets",
    "Taken",
    "Tries",
    "count_act",
    "guessing",
    "is_limited",
    "limited",
    "mark_of",
    "whole_seconds",
]
