"""The fixtures `work`, `client`, `owner`, `rival`; the other files here create what they need."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
import structlog
from fastapi import FastAPI
from httpx import AsyncClient

from app.config import DatabaseSettings, LimitSettings, LogSettings, Settings
from app.core.observability.logging import configure_logging
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.main import create_app

from .clients import client_of
from .database import create_test_database, drop_test_database
from .limits import without_limits
from .modules import modules_for
from .notes import create_notes, modules_and_notes
from .people import Person, create_tenant


@pytest.fixture(scope="session", autouse=True)
def configured_log() -> Iterator[None]:
    """Log as the app does: until it is configured, structlog takes seconds for a traceback.

    No logger is cached: a test of a command would leave one that writes to its closed output.
    """
    configure = structlog.configure

    def configure_uncached(**options: Any) -> None:
        configure(**{**options, "cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", configure_uncached)
        configure_logging(LogSettings(), json=False)
        yield


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings for a database that only this test process uses."""
    name = f"test_{os.getpid()}"
    yield create_test_database(_settings(), name)
    drop_test_database(name)


@pytest.fixture(scope="session")
def settings_with_notes() -> Iterator[Settings]:
    """Settings for a second database, which has the table of the module `test_notes` too."""
    name = f"test_notes_{os.getpid()}"
    created = create_test_database(_settings(), name)
    create_notes(created)
    yield created
    drop_test_database(name)


def _settings() -> Settings:
    # Tests log in more often than users do.
    limits = LimitSettings(login=None)
    # A busy machine should not refuse concurrent requests.
    database = DatabaseSettings(pool_timeout_seconds=30)
    return Settings(environment="test", limits=limits, database=database, _env_file=None)


@pytest_asyncio.fixture(scope="session")
async def app_with_notes(settings_with_notes: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings_with_notes, modules_and_notes())
    yield app
    await app.state.runtime.close()


@pytest_asyncio.fixture(scope="session")
async def app(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[FastAPI]:
    app = create_app(settings, modules_for(request.session.items))
    yield app
    await app.state.runtime.close()


@pytest.fixture(scope="session")
def runtime(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


@pytest.fixture
def unlimited(runtime: Runtime) -> Iterator[None]:
    """Turn rate limits off, for tests that call every route: your own routes may have limits."""
    with without_limits(runtime):
        yield


@pytest_asyncio.fixture
async def owner(runtime: Runtime) -> Person:
    """The owner of a tenant that only this test uses."""
    return await create_tenant(runtime, "Acme")


@pytest_asyncio.fixture
async def rival(runtime: Runtime) -> Person:
    """The owner of another tenant."""
    return await create_tenant(runtime, "Globex")


@pytest_asyncio.fixture
async def work(runtime: Runtime, owner: Person) -> AsyncIterator[UnitOfWork]:
    """The owner's unit of work; commits after the test, unless the test did."""
    async with open_unit(runtime, owner.actor, owner.context) as work:
        yield work


@pytest_asyncio.fixture
async def rival_work(runtime: Runtime, rival: Person) -> AsyncIterator[UnitOfWork]:
    async with open_unit(runtime, rival.actor, rival.context) as work:
        yield work


@pytest_asyncio.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest_asyncio.fixture
async def client(app: FastAPI, owner: Person) -> AsyncIterator[AsyncClient]:
    """A client that sends requests as the owner."""
    async with client_of(app, owner) as client:
        yield client


@pytest_asyncio.fixture
async def rival_client(app: FastAPI, rival: Person) -> AsyncIterator[AsyncClient]:
    async with client_of(app, rival) as client:
        yield client
