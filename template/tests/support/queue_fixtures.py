"""The fixture `queue`: a runtime with the sample jobs, on a database for queue tests only."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.runtime import Runtime

from .database import create_test_database, drop_test_database
from .samples import modules_and_samples, released, seen


@pytest.fixture(scope="session")
def queue_settings(settings: Settings) -> Iterator[Settings]:
    name = f"test_queue_{os.getpid()}"
    yield create_test_database(settings, name)
    drop_test_database(name)


@pytest_asyncio.fixture(scope="session")
async def queue_runtime(queue_settings: Settings) -> AsyncIterator[Runtime]:
    runtime = open_runtime(queue_settings, modules_and_samples())
    yield runtime
    await runtime.close()


@pytest_asyncio.fixture
async def queue(queue_runtime: Runtime) -> Runtime:
    """Empty the queue, and remove the samples' notes and the tenants of earlier tests."""
    async with queue_runtime.database.admin.begin() as connection:
        for table in ("procrastinate_periodic_defers", "procrastinate_jobs", "event_outbox"):
            await connection.execute(text(f"DELETE FROM {table}"))
        await connection.execute(text("DELETE FROM tenants"))
    seen.clear()
    released.clear()
    return queue_runtime
