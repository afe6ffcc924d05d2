"""Services see their tenant's entries, which only commits change."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.core.auth import Actor
from app.core.cache import EVERYONE, TENANT, Cached
from app.core.runtime import Runtime
from app.core.tenancy import TenantContextRequired
from app.core.unit_of_work import open_unit
from tests.support.people import Person


@dataclass(frozen=True)
class Price:
    cents: int


PRICES = Cached("test.prices", Price, keep=timedelta(minutes=1), whose=TENANT)
NAMES = Cached("test.prices", str, keep=timedelta(minutes=1), whose=TENANT)
RATES = Cached("test.rates", list[int], keep=timedelta(minutes=1), whose=EVERYONE)


class Shop:
    """Makes prices, and counts the calls."""

    def __init__(self, cents: int = 100) -> None:
        self.cents = cents
        self.asked = 0

    async def price(self) -> Price:
        self.asked += 1
        return Price(self.cents)

    async def name(self) -> str:
        return "a name"

    async def rates(self) -> list[int]:
        self.asked += 1
        return [self.cents]

    async def fail(self) -> Price:
        raise ConnectionResetError


class TestRemember:
    async def test_makes_it_once(self, cached_runtime: Runtime, owner: Person) -> None:
        shop = Shop()

        for _ in range(3):
            async with open_unit(cached_runtime, owner.actor, owner.context) as work:
                assert await work.cache.remember(PRICES, "pen", make=shop.price) == Price(100)

        assert shop.asked == 1

    async def test_gives_nobody_another_tenants_value(
        self, cached_runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        for person, cents in ((owner, 100), (rival, 200)):
            async with open_unit(cached_runtime, person.actor, person.context) as work:
                price = await work.cache.remember(PRICES, "pen", make=Shop(cents).price)
                assert price == Price(cents)

    async def test_refuses_work_without_tenant(self, cached_runtime: Runtime) -> None:
        async with open_unit(cached_runtime, Actor.system(), None) as work:
            with pytest.raises(TenantContextRequired):
                await work.cache.remember(PRICES, "pen", make=Shop().price)

    async def test_shares_what_is_everyones(
        self, cached_runtime: Runtime, owner: Person, rival: Person
    ) -> None:
        shop = Shop()
        for person in (owner, rival):
            async with open_unit(cached_runtime, person.actor, person.context) as work:
                day = str(owner.tenant_id)  # a key of this test
                assert await work.cache.remember(RATES, day, make=shop.rates) == [100]

        assert shop.asked == 1

    async def test_keeps_no_failure(self, cached_runtime: Runtime, owner: Person) -> None:
        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            with pytest.raises(ConnectionResetError):
                await work.cache.remember(PRICES, "pen", make=Shop().fail)

            assert await work.cache.remember(PRICES, "pen", make=Shop().price) == Price(100)

    async def test_replaces_what_it_cannot_read(
        self, cached_runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            await work.cache.remember(NAMES, "pen", make=Shop().name)

            assert await work.cache.get(PRICES, "pen") is None
            assert await work.cache.remember(PRICES, "pen", make=Shop().price) == Price(100)


class TestInvalidate:
    async def test_waits_for_the_commit(self, cached_runtime: Runtime, owner: Person) -> None:
        shop = Shop()
        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            await work.cache.remember(PRICES, "pen", make=shop.price)

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            work.cache.invalidate(PRICES, "pen")
            assert await work.cache.get(PRICES, "pen") is None  # already gone for this unit
            async with work.within(owner.context) as other:
                assert await other.cache.get(PRICES, "pen") == Price(100)

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            assert await work.cache.get(PRICES, "pen") is None

    async def test_does_not_happen_without_the_commit(
        self, cached_runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            work.cache.set(PRICES, "pen", value=Price(100))

        await change_and_fail(cached_runtime, owner)

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            assert await work.cache.get(PRICES, "pen") == Price(100)

    async def test_keeps_nothing_of_what_was_changed_here(
        self, cached_runtime: Runtime, owner: Person
    ) -> None:
        """The value depends on uncommitted rows, which may be rolled back."""
        await change_and_fail(cached_runtime, owner)

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            assert await work.cache.get(PRICES, "pen") is None


class TestSet:
    async def test_is_seen_here_at_once_and_by_others_after_the_commit(
        self, cached_runtime: Runtime, owner: Person
    ) -> None:
        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            work.cache.set(PRICES, "pen", value=Price(1))

            assert await work.cache.get(PRICES, "pen") == Price(1)
            assert await work.cache.remember(PRICES, "pen", make=Shop().price) == Price(1)
            async with work.within(owner.context) as other:
                assert await other.cache.get(PRICES, "pen") is None

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            assert await work.cache.get(PRICES, "pen") == Price(1)


class TestCommit:
    async def test_stands_when_the_cache_fails_afterwards(
        self, cached_runtime: Runtime, owner: Person
    ) -> None:
        async def fail() -> None:
            raise ConnectionResetError

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            work.after_commit(fail)
            work.cache.set(PRICES, "pen", value=Price(1))

        async with open_unit(cached_runtime, owner.actor, owner.context) as work:
            assert await work.cache.get(PRICES, "pen") == Price(1)


async def change_and_fail(runtime: Runtime, person: Person) -> None:
    """Cache a price that depends on rows which are never committed."""
    with suppress(ConnectionResetError):
        async with open_unit(runtime, person.actor, person.context) as work:
            work.cache.invalidate(PRICES, "pen")
            assert await work.cache.remember(PRICES, "pen", make=Shop(999).price) == Price(999)
            raise ConnectionResetError
