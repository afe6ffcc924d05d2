"""A Redis client with a fallback result while the server is slow or down."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

MOST_CONNECTIONS = 20
"""Per process; when all are busy, callers wait for up to the timeout."""

REST_SECONDS = 5
UNREACHABLE = (RedisError, OSError, TimeoutError)

Answer = TypeVar("Answer")


class RedisServer:
    """Pauses for REST_SECONDS after a failure, so that requests do not queue."""

    def __init__(
        self, url: str, *, timeout_seconds: float, note_failure: Callable[[], None] = lambda: None
    ) -> None:
        pool = BlockingConnectionPool.from_url(
            url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
            max_connections=MOST_CONNECTIONS,
            timeout=timeout_seconds,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            # Retry once at once: the server may have closed an idle connection.
            retry=Retry(NoBackoff(), 1),
        )
        self.client: Redis = Redis.from_pool(pool)
        self._rests_until = 0.0
        self._note_failure = note_failure

    async def ask(
        self, question: Callable[[Redis], Awaitable[Answer]], *, otherwise: Answer
    ) -> Answer:
        """Return the server's result, or `otherwise` while it is unreachable."""
        if monotonic() < self._rests_until:
            return otherwise
        try:
            return await question(self.client)
        except UNREACHABLE as error:
            self._rests_until = monotonic() + REST_SECONDS
            self._note_failure()
            log.warning("redis unreachable", error=type(error).__name__, rests=REST_SECONDS)
            return otherwise

    async def close(self) -> None:
        await self.client.aclose()
