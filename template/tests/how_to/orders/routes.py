from typing import Annotated
from uuid import UUID

from fastapi import (
    APIRouter,
    Depends,
    Query,
    status,
)

from app.core.permissions import permission
from app.kit.schemas import Page

from .permissions import OrderPermission
from .schemas import (
    OrderChange,
    OrderCreate,
    OrderRead,
    OrderSort,
    Status,
)
from .services import OrderService

router = APIRouter(
    prefix="/orders",
    tags=["orders"],
)

Service = Annotated[OrderService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("", status_code=status.HTTP_201_CREATED)
@permission(OrderPermission.CREATE)
async def create(
    body: OrderCreate,
    orders: Service,
) -> OrderRead:
    row = await orders.create(
        number=body.number,
        email=body.email,
        total=body.total,
        status=body.status,
    )
    return OrderRead.model_validate(row)


@router.get("")
@permission(OrderPermission.READ)
async def list_all(
    orders: Service,
    number: str | None = None,
    status: Status | None = None,
    sort: OrderSort | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[OrderRead]:
    return Page[OrderRead].model_validate(
        await orders.list(
            number=number,
            status=status,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
    )


@router.get("/{order_id}")
@permission(OrderPermission.READ)
async def read(
    order_id: UUID,
    orders: Service,
) -> OrderRead:
    row = await orders.get(order_id)
    return OrderRead.model_validate(row)


@router.patch("/{order_id}")
@permission(OrderPermission.CHANGE)
async def change(
    order_id: UUID,
    body: OrderChange,
    orders: Service,
) -> OrderRead:
    row = await orders.change(
        order_id,
        **body.model_dump(exclude_unset=True),
    )
    return OrderRead.model_validate(row)


@router.delete("/{order_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(OrderPermission.DELETE)
async def delete(
    order_id: UUID,
    orders: Service,
) -> None:
    await orders.delete(order_id)
