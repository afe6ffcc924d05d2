"""A pooled connection keeps nothing for its next user, however the last use ended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.database.engine import create_engine
from app.database.session import TenantSession, open_session
from app.database.tenancy import PersonContext, TenantContext

from .samples import Label
from .two_tenants import TwoTenants

SETTINGS = text(
    "SELECT coalesce(current_setting('app.tenant_id', true), '')"
    " || coalesce(current_setting('app.user_id', true), '')"
)
SLEEP = text("SELECT pg_sleep(5)").execution_options(raw_sql="a test that is in no hurry")


async def commits(session: TenantSession) -> None:
    await session.commit()


async def commits_twice(session: TenantSession) -> None:
    await session.commit()
    await session.execute(text("SELECT 1"), execution_options={"raw_sql": "begins again"})
    await session.commit()


async def rolls_back(session: TenantSession) -> None:
    await session.rollback()


async def fails(session: TenantSession) -> None:
    with pytest.raises(Exception, match="division by zero"):
        await session.execute(text("SELECT 1 / 0"), execution_options={"raw_sql": "fails"})


async def fails_in_a_savepoint(session: TenantSession) -> None:
    async with session.begin_nested() as savepoint:
        await savepoint.rollback()


async def is_cancelled(session: TenantSession) -> None:
    asleep = asyncio.create_task(session.execute(SLEEP))
    await asyncio.sleep(0.05)  # either before or while it runs
    asleep.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asleep


async def times_out(session: TenantSession) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):  # either before or while it runs
            await session.execute(SLEEP)


async def is_dropped(session: TenantSession) -> None:
    """Leave the session to the block around it, which closes it."""


ENDINGS = (
    commits,
    commits_twice,
    rolls_back,
    fails,
    fails_in_a_savepoint,
    is_cancelled,
    times_out,
    is_dropped,
)
Ending = Callable[[TenantSession], Awaitable[None]]


@pytest_asyncio.fixture
async def engine(whole: Settings) -> AsyncIterator[AsyncEngine]:
    """An engine with one connection, which all tests share."""
    database = whole.database
    engine = create_engine(
        str(database.url), pool_size=1, pool_overflow=0, pgbouncer=database.pgbouncer
    )
    yield engine
    await engine.dispose()


class TestConnection:
    @pytest.mark.parametrize("ending", ENDINGS)
    @pytest.mark.parametrize("kind", [TenantContext, PersonContext])
    async def test_resets_its_tenant(
        self,
        two_tenants: TwoTenants,
        engine: AsyncEngine,
        ending: Ending,
        kind: type[TenantContext] | type[PersonContext],
    ) -> None:
        await two_tenants.foreign_row(Label.__table__)
        async with open_session(engine, kind(two_tenants.foreign.tenant_id)) as session:
            await session.execute(text("SELECT 1"), execution_options={"raw_sql": "begins"})
            await ending(session)

        async with engine.connect() as connection:
            assert await connection.scalar(SETTINGS) == ""
            assert (await connection.execute(select(Label.__table__))).all() == []
        async with open_session(engine, two_tenants.own.context) as session:
            found = (await session.scalars(select(Label.tenant_id).distinct())).all()
            assert set(found) <= {two_tenants.own.tenant_id}
