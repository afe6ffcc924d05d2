from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows

from .errors import OrderNumberTaken
from .events import (
    OrderChanged,
    OrderCreated,
    OrderDeleted,
)
from .permissions import OrderPermission
from .repositories import (
    Order,
    OrderRepository,
)


class OrderService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.orders = OrderRepository(work.session)

    async def list(
        self,
        *,
        number: str | None = None,
        status: str | None = None,
        sort: str | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Rows[Order]:
        self.work.require(OrderPermission.READ)
        return await self.orders.list(
            number=number,
            status=status,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )

    async def get(self, order_id: UUID) -> Order:
        self.work.require(OrderPermission.READ)
        return await self.orders.get(order_id)

    async def create(
        self,
        *,
        number: str,
        email: str,
        total: Decimal,
        status: str = "open",
    ) -> Order:
        self.work.require(OrderPermission.CREATE)
        await self._check(
            None,
            number=number,
        )
        order = await self.orders.create(
            number=number,
            email=email,
            total=total,
            status=status,
        )
        self.work.publish(OrderCreated(order.id))
        return order

    async def change(
        self,
        order_id: UUID,
        /,
        **changes: Any,
    ) -> Order:
        self.work.require(OrderPermission.CHANGE)
        before = await self.orders.get(order_id)
        await self._check(order_id, **changes)
        after = await self.orders.change(before, **changes)
        self.work.publish(OrderChanged(after.id))
        return after

    async def delete(self, order_id: UUID) -> None:
        self.work.require(OrderPermission.DELETE)
        row = await self.orders.get(order_id)
        await self.orders.delete(row)
        self.work.publish(OrderDeleted(order_id))

    async def _check(self, row_id: UUID | None, /, **values: Any) -> None:
        """Raise the error of a value that another row has."""
        value = values.get("number")
        if value is not None:
            other = await self.orders.find_by_number(value)
            if other is not None and other.id != row_id:
                raise OrderNumberTaken
