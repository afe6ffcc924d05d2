"""Rate limits: per user, tenant and address, and stricter ones on marked routes."""

from ._acts import count_act, count_visit, guessing
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
    "count_visit",
    "guessing",
    "is_limited",
    "limited",
    "mark_of",
    "whole_seconds",
]
