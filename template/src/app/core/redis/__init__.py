"""Redis or Valkey, shared by all processes, for the cache and rate limits.

Imported only if APP_CACHE_URL is set: the client takes a third of a second to import.
"""

from ._buckets import RedisBuckets
from ._server import RedisServer
from ._store import RedisStore

__all__ = ["RedisBuckets", "RedisServer", "RedisStore"]
