"""Numbers have no gaps, whatever races or is rolled back; each tenant and year has its own."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from app.core.counters import numbered, numbers_in_blocks
from app.core.errors import Conflict
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.compiled.statement import Statement
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


class TestNumbersInBlocks:
    async def test_have_no_gaps_between_units(self, runtime: Runtime, owner: Person) -> None:
        async with (
            open_unit(runtime, owner.actor, owner.context) as work,
            numbers_in_blocks(work, 100),
        ):
            numbers = [await take(work) for _ in range(3)]

        numbers.append(await taken(runtime, owner))
        assert numbers == [f"INV-{YEAR}-{n:05}" for n in range(1, 5)]

    async def test_go_on_with_another_block(self, runtime: Runtime, owner: Person) -> None:
        async with (
            open_unit(runtime, owner.actor, owner.context) as work,
            numbers_in_blocks(work, 2),
        ):
            numbers = [await take(work, "{n}") for _ in range(5)]

        assert [*numbers, await taken(runtime, owner, "{n}")] == ["1", "2", "3", "4", "5", "6"]

    async def test_are_taken_with_one_statement(
        self, runtime: Runtime, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With a statement for each number, a thousand would cost a million steps."""
        async with open_unit(runtime, owner.actor, owner.context) as work:
            sent = []
            fetch = work.session.fetch

            async def note(statement: Statement, values: Mapping[str, Any]) -> list[Any]:
                sent.append(values["size"])
                return await fetch(statement, values)

            monkeypatch.setattr(work.session, "fetch", note)
            async with numbers_in_blocks(work, 100):
                for _ in range(90):
                    await take(work)

        assert sent == [100, 10]

    @pytest.mark.parametrize("size", [2, 100])
    async def test_give_back_the_number_of_a_row_that_is_refused(
        self, runtime: Runtime, owner: Person, size: int
    ) -> None:
        numbers = []
        async with (
            open_unit(runtime, owner.actor, owner.context) as work,
            numbers_in_blocks(work, size),
        ):
            for place in range(6):
                with suppress(Conflict):
                    async with numbered(work, "tests.number", "{n}") as number:
                        if place % 2:
                            raise Conflict
                        numbers.append(number)

        assert [*numbers, await taken(runtime, owner, "{n}")] == ["1", "2", "3", "4"]

    @pytest.mark.parametrize("size", [1, 2, 100])
    async def test_give_back_what_a_block_that_is_undone_took(
        self, runtime: Runtime, owner: Person, size: int
    ) -> None:
        async with (
            open_unit(runtime, owner.actor, owner.context) as work,
            numbers_in_blocks(work, size),
        ):
            numbers = [await take(work, "{n}")]
            with suppress(Conflict):
                async with work.session.as_one():
                    await take(work, "{n}")
                    await take(work, "{n}")
                    raise Conflict
            numbers.append(await take(work, "{n}"))

        assert [*numbers, await taken(runtime, owner, "{n}")] == ["1", "2", "3"]

    async def test_are_given_back_by_a_rollback(self, runtime: Runtime, owner: Person) -> None:
        with suppress(Conflict):
            async with (
                open_unit(runtime, owner.actor, owner.context) as work,
                numbers_in_blocks(work, 100),
            ):
                await take(work)
                raise Conflict

        assert await taken(runtime, owner, "{n}") == "1"
        assert await taken(runtime, owner) == f"INV-{YEAR}-00001"
