from decimal import Decimal
from typing import Unpack
from uuid import UUID

from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows

from .events import (
    OrderChanged,
    OrderCreated,
    OrderDeleted,
)
from .permissions import OrderPermission
from .repositories import (
    Order,
    OrderFilters,
    OrderRepository,
    OrderValues,
)


class OrderService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.orders = OrderRepository(work.session)

    async def list(
        self,
        *,
        sort: str | None = None,
        limit: int,
        cursor: str | None = None,
        **filters: Unpack[OrderFilters],
    ) -> Rows[Order]:
        self.work.require(OrderPermission.READ)
        return await self.orders.list(
            sort=sort,
            limit=limit,
            cursor=cursor,
            **filters,
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
        **changes: Unpack[OrderValues],
    ) -> Order:
        self.work.require(OrderPermission.CHANGE)
        before = await self.orders.get(order_id)
        after = await self.orders.change(before, **changes)
        self.work.publish(OrderChanged(after.id))
        return after

    async def delete(self, order_id: UUID) -> None:
        self.work.require(OrderPermission.DELETE)
        row = await self.orders.get(order_id)
        await self.orders.delete(row)
        self.work.publish(OrderDeleted(order_id))
