"""Fixtures for the attacked databases, and the report of the attacks."""

import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import pytest_asyncio
from sqlalchemy import Connection, create_engine

from app.config import Settings
from app.main import create_app
from tests.support.database import create_test_database, drop_test_database
from tests.support.limits import without_limits

from .report import REPORT, Report, shorten
from .samples import create_samples
from .two_tenants import CHEAP, TwoTenants
from .without_layer import remove_composite_keys, remove_row_security

Removal = Callable[[Connection], None]


@pytest.fixture(scope="session")
def report() -> Report:
    return REPORT


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shorten failure reports to the findings; -v shows the log of thousands of requests too."""
    report = yield
    if report.failed and item.config.get_verbosity() < 1:
        shorten(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print all that was attacked, or only a total if something failed."""
    if REPORT.requests:
        terminalreporter.section("tenant isolation")
        failed = terminalreporter.stats.get("failed", []) or terminalreporter.stats.get("error", [])
        brief = bool(failed) and terminalreporter.config.get_verbosity() < 1
        for line in REPORT.lines(brief=brief):
            terminalreporter.write_line(line)


@pytest.fixture(scope="package")
def whole(settings: Settings) -> Iterator[Settings]:
    with _database(settings, "whole") as attacked:
        yield attacked


@pytest.fixture(scope="package")
def without_row_security(settings: Settings) -> Iterator[Settings]:
    with _database(settings, "rows", remove_row_security) as attacked:
        yield attacked


@pytest.fixture(scope="package")
def without_composite_keys(settings: Settings) -> Iterator[Settings]:
    with _database(settings, "keys", remove_composite_keys) as attacked:
        yield attacked


@pytest.fixture(scope="package")
def without_both(settings: Settings) -> Iterator[Settings]:
    with _database(settings, "both", remove_row_security, remove_composite_keys) as attacked:
        yield attacked


@pytest.fixture(scope="package")
def few(settings: Settings) -> Iterator[Settings]:
    with _database(settings, "few") as attacked:
        yield attacked


@pytest.fixture(scope="package")
def many(settings: Settings) -> Iterator[Settings]:
    with _database(settings, "many") as attacked:
        yield attacked


@pytest_asyncio.fixture(scope="package")
async def two_tenants_among_many(many: Settings) -> AsyncIterator[TwoTenants]:
    """The database that gets many tenants."""
    async with _two_tenants(many) as two_tenants:
        yield two_tenants


@pytest_asyncio.fixture(scope="package")
async def two_tenants_among_few(few: Settings) -> AsyncIterator[TwoTenants]:
    """The database that gets few tenants."""
    async with _two_tenants(few) as two_tenants:
        yield two_tenants


@pytest_asyncio.fixture(scope="package")
async def two_tenants(whole: Settings) -> AsyncIterator[TwoTenants]:
    """The database with every layer of isolation."""
    async with _two_tenants(whole) as two_tenants:
        yield two_tenants


@pytest_asyncio.fixture(scope="package")
async def without_policies(without_row_security: Settings) -> AsyncIterator[TwoTenants]:
    async with _two_tenants(without_row_security) as two_tenants:
        yield two_tenants


@pytest_asyncio.fixture(scope="package")
async def without_tenant_in_keys(without_composite_keys: Settings) -> AsyncIterator[TwoTenants]:
    async with _two_tenants(without_composite_keys) as two_tenants:
        yield two_tenants


@pytest_asyncio.fixture(scope="package")
async def without_both_layers(without_both: Settings) -> AsyncIterator[TwoTenants]:
    async with _two_tenants(without_both) as two_tenants:
        yield two_tenants


@contextmanager
def _database(settings: Settings, name: str, *removals: Removal) -> Iterator[Settings]:
    """Create a database and let its owner remove layers; attacks use the serving role."""
    name = f"test_isolation_{name}_{os.getpid()}"
    attacked = create_test_database(settings, name)
    owner = create_engine(str(attacked.database.owner_url).replace("asyncpg", "psycopg"))
    with owner.begin() as connection:
        create_samples(connection)
        for remove in removals:
            remove(connection)
    owner.dispose()
    yield attacked
    drop_test_database(name)


@asynccontextmanager
async def _two_tenants(attacked: Settings) -> AsyncIterator[TwoTenants]:
    app = create_app(attacked)
    app.state.runtime.passwords._hasher = CHEAP
    with without_limits(app.state.runtime):
        async with TwoTenants.open(app) as two_tenants:
            yield two_tenants
    await app.state.runtime.close()
