"""Numbers have no gaps, whatever races or is rolled back; each tenant and year has its own."""

import asyncio
import datetime as dt

import pytest

from app.core.counters import numbered
from app.core.errors import Conflict
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock
from tests.support.people import Person

PATTERN = "INV-{year}-{n:05}"
YEAR = clock.today().year


async def take(work: UnitOfWork, pattern: str = PATTERN) -> str:
    async with numbered(work, "tests.number", pattern) as number:
        return number


async def taken(runtime: Runtime, person: Person, pattern: str = PATTERN) -> str:
    async with open_unit(runtime, person.actor, person.context) as work:
        return await take(work, pattern)


class TestNumbered:
    async def test_counts(self, runtime: Runtime, owner: Person, rival: Person) -> None:
        numbers = [await taken(runtime, each) for each in (owner, owner, rival)]

        assert numbers == [f"INV-{YEAR}-00001", f"INV-{YEAR}-00002", f"INV-{YEAR}-00001"]

    async def test_begins_again_each_year(
        self, runtime: Runtime, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        numbers = []
        for year in (2030, 2030, 2031):
            monkeypatch.setattr(clock, "today", lambda year=year: dt.date(year, 1, 1))
            numbers.append(await taken(runtime, owner))

        assert numbers == ["INV-2030-00001", "INV-2030-00002", "INV-2031-00001"]

    async def test_goes_on_without_a_year(
        self, runtime: Runtime, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = await taken(runtime, owner, "{n}")
        monkeypatch.setattr(clock, "today", lambda: dt.date(YEAR + 1, 1, 1))

        assert (first, await taken(runtime, owner, "{n}")) == ("1", "2")

    async def test_leaves_no_gap_after_a_rollback(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await take(work)
            await work.session.rollback()

        assert await taken(runtime, owner) == f"INV-{YEAR}-00001"

    async def test_leaves_no_gap_where_the_unit_goes_on(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            with pytest.raises(Conflict):
                async with numbered(work, "tests.number", PATTERN):
                    raise Conflict
            number = await take(work)

        assert number == f"INV-{YEAR}-00001"

    async def test_makes_a_second_transaction_wait(self, runtime: Runtime, owner: Person) -> None:
        async with open_unit(runtime, owner.actor, owner.context) as work:
            first = await take(work)
            second = asyncio.create_task(taken(runtime, owner))
            await asyncio.wait([second], timeout=0.3)  # until the first ends
            waited = not second.done()

        assert waited
        assert (first, await second) == (f"INV-{YEAR}-00001", f"INV-{YEAR}-00002")

    async def test_has_no_gap_when_many_race_and_some_fail(
        self, runtime: Runtime, owner: Person
    ) -> None:
        async def one(place: int) -> str:
            async with open_unit(runtime, owner.actor, owner.context) as work:
                number = await take(work)
                if place % 3 == 0:
                    raise RuntimeError
                return number

        found = await asyncio.gather(*map(one, range(12)), return_exceptions=True)

        numbers = sorted(each for each in found if isinstance(each, str))
        assert numbers == [f"INV-{YEAR}-{n:05}" for n in range(1, 9)]
