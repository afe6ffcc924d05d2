"""Numbers without gaps, such as INV-2030-00017: each tenant counts for itself, in every year.

A counter is a row, and taking a number locks it until the transaction ends: a second transaction
waits and gets the next number, or the same one if the first is rolled back. So transactions of one
tenant that take numbers of one counter follow each other; keep them short.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    UniqueConstraint,
    bindparam,
    literal_column,
    update,
)
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
ONE: ColumnElement[int] = literal_column("1", BigInteger)


class Counter(UUIDMixin, TenantMixin, Base):
    """The last number taken; `period` is the year, or 0 where years do not count."""

    __tablename__ = "counters_of_numbers_without_gaps"
    __table_args__ = (UniqueConstraint("tenant_id", "name", "period"),)

    name: Mapped[str] = mapped_column(String(80))
    period: Mapped[int]
    last: Mapped[int] = mapped_column(BigInteger)


_KEY = ("tenant_id", "name", "period")


@cache
def _take() -> Statement:
    taken = insert(Counter).values(last=ONE, **{key: bindparam(key) for key in ("id", *_KEY)})
    set_ = {"last": Counter.last + ONE}
    return Statement(
        taken.on_conflict_do_update(index_elements=_KEY, set_=set_).returning(Counter.last)
    )


@cache
def _give_back() -> Statement:
    own = (getattr(Counter, key) == bindparam(f"_{key}") for key in _KEY)
    return Statement(update(Counter).where(*own).values(last=Counter.last - ONE))


@asynccontextmanager
async def numbered(work: Work, name: str, pattern: str) -> AsyncIterator[str]:
    """Take the next number of a counter, for a row that the block creates.

        async with numbered(self.work, "invoices.number", "INV-{year}-{n:05}") as number:
            await self.invoices.create(number=number, …)

    The year is that of today in UTC. If the block raises, the number is given back, so that there
    is no gap even where the unit of work goes on.
    """
    year = clock.today().year
    period = year if YEAR in pattern else 0
    key = {"tenant_id": work.tenant.tenant_id, "name": name, "period": period}
    [taken] = await work.session.fetch(_take(), {"id": new_id(), **key})
    try:
        yield pattern.format(year=year, n=taken[0])
    except Exception:
        with suppress(DBAPIError):  # aborted: the rollback gives the number back
            await work.session.fetch(
                _give_back(), {f"_{column}": value for column, value in key.items()}
            )
        raise
