"""A request costs the same with ten tenants and with ten thousand."""

from statistics import quantiles
from time import perf_counter
from uuid import UUID

import pytest
from sqlalchemy import create_engine, make_url

from app.config import Settings
from app.modules.tenants.models import Invitation
from tests.support.servers import server

from .load import create_tenants, fill
from .route_call import open_client
from .two_tenants import TwoTenants

pytestmark = pytest.mark.slow

ROWS_EACH = 50
URLS = ("/api/v1/tenants/current/invitations", "/api/v1/users/me", "/api/v1/users")
ROUNDS = 120
ALLOWED = 1.5


class TestCost:
    async def test_does_not_grow_with_the_number_of_tenants(
        self,
        two_tenants_among_few: TwoTenants,
        two_tenants_among_many: TwoTenants,
        few: Settings,
        many: Settings,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Measure in turns, so that other load on the machine affects both."""
        await _settle(two_tenants_among_few, few, tenants=10)
        await _settle(two_tenants_among_many, many, tenants=10_000)
        rounds = [
            (await _time(two_tenants_among_few), await _time(two_tenants_among_many))
            for _ in range(ROUNDS)
        ]
        among_few, among_many = (quantiles(times, n=10)[0] for times in zip(*rounds, strict=True))

        with capsys.disabled():
            print(f"\n{among_few:.2f} ms among 10 tenants, {among_many:.2f} ms among 10,000")
        assert among_many / among_few < ALLOWED


async def _settle(two_tenants: TwoTenants, attacked: Settings, tenants: int) -> None:
    """Add tenants with rows, and warm up every route."""
    for _ in range(ROWS_EACH):
        row = await two_tenants.own_row(Invitation.__table__)
    _fill(attacked, tenants, like=row["id"])
    for _ in range(10):
        await _time(two_tenants)


async def _time(two_tenants: TwoTenants) -> float:
    """Return the milliseconds for one request to each URL."""
    async with open_client(two_tenants, two_tenants.own) as client:
        started = perf_counter()
        for url in URLS:
            answer = await client.get(url)
            assert answer.status_code == 200
        return (perf_counter() - started) * 1000


def _fill(attacked: Settings, tenants: int, like: UUID) -> None:
    name = make_url(str(attacked.database.url)).database or ""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: server().superuser(name),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        tenant_ids = create_tenants(connection, tenants)
        fill(connection, Invitation.__table__, tenant_ids, rows_each=ROWS_EACH, like=like)
    engine.dispose()
