"""Rate limits shared by all processes; counted per process while Redis is unreachable."""

from typing import Any

from redis.asyncio import Redis

from app.config import Rate
from app.core.limits import MemoryBuckets, Taken

from ._server import RedisServer

# The same calculation as `fill` in core/limits, on the server's clock.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local count, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local interval = seconds / count
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local full_in = empty_at + interval - now - seconds
if full_in > 0.000001 then
    return {0, 0, tostring(empty_at - now), tostring(full_in)}
end
empty_at = empty_at + interval
local empty_in = empty_at - now
local lifetime = math.max(1, math.ceil(empty_in * 1000))
if ARGV[3] == 'take' then
    redis.call('SET', KEYS[1], string.format('%.6f', empty_at), 'PX', lifetime)
end
return {1, math.floor((seconds - empty_in) / interval + 0.001), tostring(empty_in), '0'}
"""


class RedisBuckets:
    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self._take = server.client.register_script(TAKE)
        self._own = MemoryBuckets()

    async def take(self, key: str, rate: Rate) -> Taken:
        return await self._ask("take", key, rate) or await self._own.take(key, rate)

    async def look(self, key: str, rate: Rate) -> Taken:
        return await self._ask("look", key, rate) or await self._own.look(key, rate)

    async def empty(self, key: str) -> None:
        async def ask(server: Redis) -> None:
            await server.delete(key)

        await self._own.empty(key)
        await self.server.ask(ask, otherwise=None)

    async def _ask(self, verb: str, key: str, rate: Rate) -> Taken | None:
        async def ask(_: Redis) -> Taken | None:
            asked: Any = self._take([key], [rate.times, rate.seconds, verb])
            answer: list[Any] = await asked
            return Taken(bool(answer[0]), answer[1], float(answer[2]), float(answer[3]))

        return await self.server.ask(ask, otherwise=None)
