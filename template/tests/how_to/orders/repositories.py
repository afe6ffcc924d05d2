from decimal import Decimal
from typing import (
    ClassVar,
    TypedDict,
    Unpack,
)

from app.database.repository import (
    CommonColumns,
    Repository,
)
from app.kit.rows import Rows

from .errors import OrderNumberTaken
from .models import Order

__all__ = [
    "Order",
    "OrderFilters",
    "OrderRepository",
    "OrderValues",
]


class OrderValues(CommonColumns, total=False):
    """The columns to write."""

    number: str
    email: str
    total: Decimal
    status: str


class OrderFilters(TypedDict, total=False):
    """The rows to list; `None` stands for any value."""

    number: str | None
    status: str | None


class OrderRepository(Repository[Order]):
    model = Order
    filters = (
        Order.number,
        Order.status,
    )
    sorts = (Order.number,)
    taken: ClassVar = {
        Order.number: OrderNumberTaken,
    }

    async def list(
        self,
        *,
        sort: str | None = None,
        limit: int,
        cursor: str | None = None,
        **filters: Unpack[OrderFilters],
    ) -> Rows[Order]:
        return await self.listed(
            filters,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )

    async def create(
        self,
        **values: Unpack[OrderValues],
    ) -> Order:
        return await super().create(**values)

    async def change(
        self,
        row: Order,
        /,
        **values: Unpack[OrderValues],
    ) -> Order:
        return await super().change(row, **values)
