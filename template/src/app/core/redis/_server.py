"""A server that may be slow or down: then each question has another answer, and soon."""

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
"""Of each process; who finds all of them busy waits as long as for an answer."""

REST_SECONDS = 5
OUT_OF_REACH = (RedisError, OSError, TimeoutError)

Answer = TypeVar("Answer")


class RedisServer:
    """After a failure it is left alone for REST_SECONDS: requests do not queue up for it."""

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        pool = BlockingConnectionPool.from_url(
            url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
            max_connections=MOST_CONNECTIONS,
            timeout=timeout_seconds,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            # Once more at once: the server may have closed a connection that was idle.
            retry=Retry(NoBackoff(), 1),
        )
        self.client: Redis = Redis.from_pool(pool)
        self._rests_until = 0.0

    async def ask(
        self, question: Callable[[Redis], Awaitable[Answer]], *, otherwise: Answer
    ) -> Answer:
        """The server's answer, or `otherwise` while it is out of reach."""
        if monotonic() < self._rests_until:
            return otherwise
        try:
            return await question(self.client)
        except OUT_OF_REACH as error:
            self._rests_until = monotonic() + REST_SECONDS
            log.warning("redis out of reach", error=type(error).__name__, rests=REST_SECONDS)
            return otherwise

    async def close(self) -> None:
        await self.client.aclose()
