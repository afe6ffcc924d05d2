"""PostgreSQL ends a statement that takes too long, also behind PgBouncer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.core.tenancy import TenantContext
from app.database.compiled.standalone import SINGLE_STATEMENT_READS
from app.database.engine import create_engine
from app.database.session import open_session
from app.kit.ids import new_id
from tests.support.pgbouncer import behind_pgbouncer
from tests.support.servers import server

SECONDS = 1
LIMIT = text("SHOW statement_timeout").execution_options(raw_sql="a setting")
SLEEP = text("SELECT pg_sleep(20)").execution_options(raw_sql="takes long")


@pytest_asyncio.fixture(params=["directly", "as if behind PgBouncer", "behind PgBouncer"])
async def engine(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[AsyncEngine]:
    if request.param == "behind PgBouncer":
        with behind_pgbouncer(settings, server()) as behind:
            async with _engine(behind, pgbouncer=True) as engine:
                yield engine
    else:
        async with _engine(settings, pgbouncer=request.param != "directly") as engine:
            yield engine


@asynccontextmanager
async def _engine(settings: Settings, *, pgbouncer: bool) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(
        str(settings.database.url), statement_timeout_seconds=SECONDS, pgbouncer=pgbouncer
    )
    yield engine
    await engine.dispose()


class TestTheTimeLimit:
    @pytest.mark.parametrize("tenant", [True, False])
    async def test_holds_in_each_transaction(self, engine: AsyncEngine, tenant: bool) -> None:
        context = TenantContext(new_id()) if tenant else None
        for _ in range(2):
            async with open_session(engine, context) as session:
                assert await session.scalar(LIMIT) == "1s"
                await session.commit()

    async def test_ends_a_statement(self, engine: AsyncEngine) -> None:
        async with open_session(engine, None) as session:
            with pytest.raises(DBAPIError, match="statement timeout"):
                await session.scalar(SLEEP)

    async def test_is_nobody_elses(self, engine: AsyncEngine) -> None:
        """Behind PgBouncer the next client gets the same server, with the server's own limit."""
        async with open_session(engine, None) as session:
            await session.scalar(LIMIT)
            await session.commit()
        async with engine.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            found = (await alone.execute(LIMIT)).scalar()

        assert found == ("1s" if engine.get_execution_options()[SINGLE_STATEMENT_READS] else "0")
