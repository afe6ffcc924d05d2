"""A migrated database of a Citus cluster with rows, and the same one distributed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.module import find_modules
from app.core.runtime import Runtime
from app.database.schema.migrations import upgrade
from tests.support.citus import Cluster, cluster
from tests.support.people import Person, create_tenant

from .distributed import distribute, invite


@dataclass
class Distributed:
    cluster: Cluster
    settings: Settings
    said: list[str]
    before: Person
    """The owner of a tenant, with two invitations, from before the database was distributed."""


@pytest.fixture(scope="package")
def empty() -> Iterator[Cluster]:
    with cluster() as made:
        upgrade(made.url("app_owner"))
        yield made


@pytest_asyncio.fixture(scope="package")
async def distributed(empty: Cluster) -> Distributed:
    settings = empty.settings()
    runtime = open_runtime(settings, find_modules())
    owner = await create_tenant(runtime)
    for name in ("ada", "bob"):
        await invite(runtime, owner, name)
    await runtime.close()
    return Distributed(empty, settings, await distribute(empty), owner)


@pytest_asyncio.fixture
async def runtime(distributed: Distributed) -> AsyncIterator[Runtime]:
    runtime = open_runtime(distributed.settings, find_modules())
    yield runtime
    await runtime.close()


@pytest_asyncio.fixture
async def owner(runtime: Runtime) -> Person:
    return await create_tenant(runtime, "Acme")


@pytest_asyncio.fixture
async def rival(runtime: Runtime) -> Person:
    return await create_tenant(runtime, "Globex")
