"""The cache store shared by all processes."""

from datetime import timedelta
from secrets import token_hex
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from ._server import RedisServer

log = structlog.get_logger(__name__)

CLAIM_MILLISECONDS = 30_000
"""A filler counts as dead after this time, and another caller takes over."""

MOST_POSTPONED = 10_000

FULFIL = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
ABANDON = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"


class RedisStore:
    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self._postponed: dict[str, None] = {}
        """Keys that could not be dropped while the server was unreachable, to be dropped first."""

    async def get(self, key: str) -> bytes | None:
        async def read(redis: Redis) -> bytes | None:
            await self._delete_postponed(redis)
            return cast("bytes | None", await redis.get(_entry(key)))

        return await self.server.ask(read, otherwise=None)

    async def set(self, key: str, value: bytes, keep: timedelta) -> None:
        """Replace the entry and end any claim to it: its filler read older rows."""

        async def write(redis: Redis) -> None:
            await self._delete_postponed(redis)
            async with redis.pipeline(transaction=True) as pipeline:
                pipeline.set(_entry(key), value, px=keep)
                pipeline.delete(_claim(key))
                await pipeline.execute()

        await self._or_postpone([key], write)

    async def drop(self, keys: list[str]) -> None:
        async def delete(redis: Redis) -> None:
            await self._delete_postponed(redis)
            await _delete(redis, keys)

        await self._or_postpone(keys, delete)

    async def drop_all(self, beginning: str) -> None:
        async def find_and_delete(redis: Redis) -> None:
            async for found in redis.scan_iter(match=f"{{{beginning}*", count=1000):
                await redis.delete(found)

        await self.server.ask(find_and_delete, otherwise=None)

    async def claim(self, key: str) -> str | None:
        claim = token_hex(8)

        async def take(redis: Redis) -> bool:
            await self._delete_postponed(redis)
            taken = await redis.set(_claim(key), claim, nx=True, px=CLAIM_MILLISECONDS)
            return taken is not None

        return claim if await self.server.ask(take, otherwise=True) else None

    async def fulfil(self, key: str, claim: str, value: bytes, keep: timedelta) -> None:
        lifetime = max(1, int(keep.total_seconds() * 1000))

        async def write(redis: Redis) -> None:
            await self._delete_postponed(redis)
            await _run(redis, FULFIL, [_entry(key), _claim(key)], claim, value, lifetime)

        await self.server.ask(write, otherwise=None)

    async def abandon(self, key: str, claim: str) -> None:
        async def leave(redis: Redis) -> None:
            await _run(redis, ABANDON, [_claim(key)], claim)

        await self.server.ask(leave, otherwise=None)

    async def close(self) -> None:
        await self.server.close()

    async def _or_postpone(self, keys: list[str], change: Any) -> None:
        async def changed(redis: Redis) -> bool:
            await change(redis)
            return True

        if not await self.server.ask(changed, otherwise=False):
            self._postponed |= dict.fromkeys(keys)
            # Bounded, so that a long outage does not exhaust memory; the oldest keys are dropped
            # first.
            while len(self._postponed) > MOST_POSTPONED:
                del self._postponed[next(iter(self._postponed))]
            log.warning(
                "cache entries out of date until the cache is back", postponed=len(self._postponed)
            )

    async def _delete_postponed(self, redis: Redis) -> None:
        if self._postponed:
            postponed = list(self._postponed)
            await _delete(redis, postponed)
            for key in postponed:
                self._postponed.pop(key, None)


async def _delete(redis: Redis, keys: list[str]) -> None:
    """Delete keys one by one: a cluster refuses a command with keys on several nodes."""
    async with redis.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.delete(_entry(key), _claim(key))
        await pipeline.execute()


async def _run(redis: Redis, script: str, keys: list[str], *arguments: str | bytes | int) -> None:
    await cast(Any, redis.eval(script, len(keys), *keys, *arguments))


def _entry(key: str) -> str:
    """Return the entry's key. The braces (hash tag) keep entry and claim on one cluster node."""
    return f"{{{key}}}"


def _claim(key: str) -> str:
    return f"{{{key}}}:claim"
