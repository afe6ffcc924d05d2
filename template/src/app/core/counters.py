"""Numbers without gaps, such as INV-2030-00017: each tenant counts for itself, in every year.

A counter is a row, and taking a number locks it until the transaction ends: a second transaction
waits and gets the next number, or the same one if the first is rolled back. So transactions of one
tenant that take numbers of one counter follow each other; keep them short.

PostgreSQL keeps each version of a row until the transaction ends, and passes all of them to find
the newest: a thousand numbers in one transaction cost half a million steps. `numbers_in_blocks`
takes many in one statement.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache

from sqlalchemy import BigInteger, String, UniqueConstraint, bindparam, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from app.core.work import Work
from app.database.base import Base
from app.database.compiled.statement import Statement
from app.database.mixins import TenantMixin, UUIDMixin
from app.kit import clock
from app.kit.ids import new_id

YEAR = "{year}"


class Counter(UUIDMixin, TenantMixin, Base):
    """The last number taken; `period` is the year, or 0 where years do not count."""

    __tablename__ = "counters_of_numbers_without_gaps"
    __table_args__ = (UniqueConstraint("tenant_id", "name", "period"),)

    name: Mapped[str] = mapped_column(String(80))
    period: Mapped[int]
    last: Mapped[int] = mapped_column(BigInteger)


_KEY = ("tenant_id", "name", "period")
_SIZE = bindparam("size", type_=BigInteger)


@cache
def _take() -> Statement:
    taken = insert(Counter).values(last=_SIZE, **{key: bindparam(key) for key in ("id", *_KEY)})
    set_ = {"last": Counter.last + _SIZE}
    return Statement(
        taken.on_conflict_do_update(index_elements=_KEY, set_=set_).returning(Counter.last)
    )


@cache
def _give_back() -> Statement:
    own = (getattr(Counter, key) == bindparam(f"_{key}") for key in _KEY)
    return Statement(update(Counter).where(*own).values(last=Counter.last - _SIZE))


class Numbers:
    """The numbers of one counter. Those that were taken ahead belong to the transaction."""

    def __init__(self, work: Work, name: str, period: int) -> None:
        self.work = work
        self.key = {"tenant_id": work.tenant.tenant_id, "name": name, "period": period}
        self._place = (Numbers, name, period)

    @classmethod
    def taken_ahead(cls, work: Work) -> list["Numbers"]:
        places = [each for each in work.session.kept if each[0] is cls]
        return [cls(work, name, period) for _, name, period in places]

    async def next(self) -> int:
        ahead = self._ahead or await self._take(self.work.numbers_at_once)
        self._ahead = ahead[1:]
        return ahead[0]

    async def give_back(self, number: int) -> None:
        """Make it the next one again."""
        if self.work.numbers_at_once > 1:
            self._ahead = range(number, max(number + 1, self._ahead.stop))
        else:
            await self._reduce(1)

    async def give_back_ahead(self) -> None:
        """Give back what was taken ahead, and not used."""
        if size := len(self._ahead):
            self._ahead = range(0)
            await self._reduce(size)

    @property
    def _ahead(self) -> range:
        ahead: range = self.work.session.kept.get(self._place, range(0))
        return ahead

    @_ahead.setter
    def _ahead(self, ahead: range) -> None:
        self.work.session.kept[self._place] = ahead

    async def _take(self, size: int) -> range:
        values = {"id": new_id(), "size": size, **self.key}
        [taken] = await self.work.session.fetch(_take(), values)
        last: int = taken[0]
        return range(last - size + 1, last + 1)

    async def _reduce(self, size: int) -> None:
        own = {f"_{column}": value for column, value in self.key.items()}
        with suppress(DBAPIError):  # aborted: the rollback gives the numbers back
            await self.work.session.fetch(_give_back(), {"size": size, **own})


@asynccontextmanager
async def numbered(work: Work, name: str, pattern: str) -> AsyncIterator[str]:
    """Take the next number of a counter, for a row that the block creates.

        async with numbered(self.work, "invoices.number", "INV-{year}-{n:05}") as number:
            await self.invoices.create(number=number, …)

    The year is that of today in UTC. If the block raises, the number is given back, so that there
    is no gap even where the unit of work goes on.
    """
    year = clock.today().year
    numbers = Numbers(work, name, year if YEAR in pattern else 0)
    number = await numbers.next()
    try:
        yield pattern.format(year=year, n=number)
    except Exception:
        await numbers.give_back(number)
        raise


@asynccontextmanager
async def numbers_in_blocks(work: Work, size: int) -> AsyncIterator[None]:
    """Let `numbered` take `size` numbers at once, for a block that creates about as many rows.

    At its end the others are given back, so that there is no gap: commit after it, not within it.
    Other transactions wait as usual.
    """
    before, work.numbers_at_once = work.numbers_at_once, size
    try:
        yield
    finally:
        work.numbers_at_once = before
        for numbers in Numbers.taken_ahead(work):
            await numbers.give_back_ahead()
