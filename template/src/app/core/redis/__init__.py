"""A Redis or Valkey that all processes share, behind the cache and the rate limits.

Loaded only where APP_CACHE_URL is set: the client takes a third of a second to import.
"""

from ._buckets import RedisBuckets
from ._server import RedisServer
from ._store import RedisStore

__all__ = ["RedisBuckets", "RedisServer", "RedisStore"]
