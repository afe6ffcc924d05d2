from app.database.sorting import (
    SortedRepository,
    sorts,
)
from app.kit.rows import Rows

from .models import Order

__all__ = [
    "Order",
    "OrderRepository",
]

SORTS = sorts(
    Order.number,
)


class OrderRepository(SortedRepository[Order]):
    model = Order

    async def find_by_number(
        self,
        value: str,
    ) -> Order | None:
        return await self.first(self.filtered(number=value))

    async def list(
        self,
        *,
        number: str | None = None,
        status: str | None = None,
        sort: str | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Rows[Order]:
        """Return the newest rows first, or as `sort` says. Raise InvalidCursor."""
        select = self.filtered(
            number=number,
            status=status,
        )
        return await self.sorted_page(
            select,
            sort=SORTS[sort] if sort else None,
            limit=limit,
            cursor=cursor,
        )
