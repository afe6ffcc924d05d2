"""A separate app for attacks that could block other users, and users to call its routes."""

from collections.abc import AsyncIterator

import pytest_asyncio

from app.config import LimitSettings, Settings
from app.main import create_app
from tests.isolation.two_tenants import CHEAP, TwoTenants

CONNECTIONS = 2


@pytest_asyncio.fixture(scope="package")
async def two_tenants(settings: Settings) -> AsyncIterator[TwoTenants]:
    """An app with a small pool and long timeouts, so that a slow machine causes no refusals."""
    pool = {"pool_size": CONNECTIONS, "pool_overflow": 0, "pool_timeout_seconds": 60}
    database = settings.database.model_copy(update=pool)
    limits = LimitSettings(login=None)
    app = create_app(settings.model_copy(update={"database": database, "limits": limits}))
    app.state.runtime.passwords._hasher = CHEAP
    async with TwoTenants.open(app) as two_tenants:
        yield two_tenants
    await app.state.runtime.close()
