"""Tests that call every route call some of them more often than people may."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.config import Rate
from app.core.limits import Taken
from app.core.runtime import Runtime


@contextmanager
def without_limits(runtime: Runtime) -> Iterator[None]:
    """No request is too many, also on routes with a rate of their own; nothing else changes."""

    async def take(key: str, rate: Rate) -> Taken:
        return Taken(allowed=True, remaining=rate.times, empty_in=0.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime.buckets, "take", take)
        patch.setattr(runtime.buckets, "look", take)
        yield
