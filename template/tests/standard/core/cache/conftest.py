from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from app.core.cache import MemoryStore, SharedCache, Store
from app.core.redis import RedisServer, RedisStore
from app.core.runtime import Runtime
from tests.support.valkey import valkey, valkey_url

__all__ = ["valkey", "valkey_url"]


def memory_store() -> MemoryStore:
    return MemoryStore(max_bytes=1_000_000, longest=timedelta(minutes=1))


def redis_store(url: str, *, seconds: float = 20) -> RedisStore:
    return RedisStore(RedisServer(url, timeout_seconds=seconds))


@pytest_asyncio.fixture(params=["memory", "valkey"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A store of either kind; each test runs with both."""
    memory = request.param == "memory"
    store: Store = memory_store() if memory else redis_store(request.getfixturevalue("valkey_url"))
    yield store
    await store.close()


@pytest.fixture
def caching(runtime: Runtime) -> Callable[[Store], Runtime]:
    """A second runtime with the same store, like another process."""
    return lambda store: replace(runtime, cache=SharedCache(store, patience_seconds=30))


@pytest.fixture
def cached_runtime(caching: Callable[[Store], Runtime], store: Store) -> Runtime:
    return caching(store)
