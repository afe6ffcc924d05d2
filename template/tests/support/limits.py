"""Turn rate limits off: tests that call every route exceed some of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.config import Rate
from app.core.limits import Taken
from app.core.runtime import Runtime


@contextmanager
def without_limits(runtime: Runtime) -> Iterator[None]:
    """Allow every request, also on routes with limits of their own; change nothing else."""

    async def take(key: str, rate: Rate) -> Taken:
        return Taken(allowed=True, remaining=rate.times, empty_in=0.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime.buckets, "take", take)
        patch.setattr(runtime.buckets, "look", take)
        yield
