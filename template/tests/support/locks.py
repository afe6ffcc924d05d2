"""Two at once, and really: one waits at a row that the other has locked."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy import text

from app.core.runtime import Runtime

WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")
SECONDS = 20

Answer = TypeVar("Answer")


async def until_it_waits(runtime: Runtime, task: Awaitable[Answer]) -> "asyncio.Future[Answer]":
    """The task, begun, once it waits for a lock. Raises AssertionError if it ends without."""
    begun = asyncio.ensure_future(task)
    async with asyncio.timeout(SECONDS):
        while not await _waits(runtime):
            assert not begun.done(), f"it waited for nobody: {begun}"
            await asyncio.sleep(0.01)
    return begun


async def _waits(runtime: Runtime) -> bool:
    """PostgreSQL shows a role what its own sessions wait for."""
    async with runtime.database.rw.connect() as connection:
        return bool(await connection.scalar(WAITING))
