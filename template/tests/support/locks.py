"""Make two tasks really concurrent: one waits for a row that the other has locked."""

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
    """Start the task, and return it once it waits for a lock. Raises AssertionError otherwise."""
    begun = asyncio.ensure_future(task)
    async with asyncio.timeout(SECONDS):
        while not await _waits(runtime):
            assert not begun.done(), f"it waited for nobody: {begun}"
            await asyncio.sleep(0.01)
    return begun


async def _waits(runtime: Runtime) -> bool:
    """True if a session waits; PostgreSQL shows a role the waits of its own sessions."""
    async with runtime.database.rw.connect() as connection:
        return bool(await connection.scalar(WAITING))
