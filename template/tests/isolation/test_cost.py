"""A request costs the same among ten tenants and among ten thousand."""

from statistics import quantiles
from time import perf_counter
from uuid import UUID

import pytest
from sqlalchemy import create_engine, make_url

from app.config import Settings
from app.modules.tenants.models import Invitation
from tests.support.people import Person

from .arena import Arena
from .crowd import fill, found_tenants
from .visit import open_client

pytestmark = pytest.mark.slow

ROWS_EACH = 50
URLS = ("/api/v1/tenants/current/invitations", "/api/v1/users/me", "/api/v1/users")
ALLOWED = 1.5


async def cost(arena: Arena, person: Person) -> float:
    """Milliseconds of a request that nothing else held up: the best tenth of many."""
    times = []
    async with open_client(arena, person) as client:
        for _ in range(60):
            for url in URLS:
                started = perf_counter()
                answer = await client.get(
                    url, params={"limit": ROWS_EACH} if "me" not in url else {}
                )
                times.append(perf_counter() - started)
                assert answer.status_code == 200
    return quantiles(times, n=10)[0] * 1000


class TestCost:
    async def test_does_not_grow_with_the_number_of_tenants(
        self, arena_of_few: Arena, few: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for _ in range(ROWS_EACH):
            row = await arena_of_few.own_row(Invitation.__table__)
        costs = []
        for tenants in (10, 10_000):
            _grow(few, tenants, like=row["id"])
            await cost(arena_of_few, arena_of_few.own)
            costs.append(await cost(arena_of_few, arena_of_few.own))

        with capsys.disabled():
            print(f"\n{costs[0]:.2f} ms among 10 tenants, {costs[1]:.2f} ms among 10,000")
        assert costs[1] / costs[0] < ALLOWED


def _grow(attacked: Settings, tenants: int, like: UUID) -> None:
    """So many more tenants, with rows of their own."""
    url = make_url(str(attacked.database.url)).set(
        username="postgres", drivername="postgresql+psycopg"
    )
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        crowd = found_tenants(connection, tenants)
        fill(connection, Invitation.__table__, crowd, rows_each=ROWS_EACH, like=like)
    engine.dispose()
