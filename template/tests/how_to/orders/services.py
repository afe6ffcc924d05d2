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
        row = await self.orders.get(order_id)
        return self.work.set_etag(row)

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
        self.work.audit(
            "orders.created",
            after=order,
        )
        self.work.publish(OrderCreated(order.id))
        return self.work.set_etag(order)

    async def change(
        self,
        order_id: UUID,
        /,
        **changes: Unpack[OrderValues],
    ) -> Order:
        self.work.require(OrderPermission.CHANGE)
        before = await self.orders.get_for_change(
            order_id,
        )
        await self.work.check_if_match(before)
        after = await self.orders.change(before, **changes)
        if after is not before:
            self.work.audit("orders.changed", before=before, after=after)
        self.work.publish(OrderChanged(after.id))
        return self.work.set_etag(after)

    async def delete(self, order_id: UUID) -> None:
        self.work.require(OrderPermission.DELETE)
        row = await self.orders.get_for_update(
            order_id,
        )
        await self.work.check_if_match(row)
        await self.orders.delete(row)
        self.work.audit("orders.deleted", before=row)
        self.work.publish(OrderDeleted(order_id))
