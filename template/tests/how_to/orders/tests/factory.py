from decimal import Decimal
from itertools import count
from typing import Any

from app.core.unit_of_work import UnitOfWork

from ..repositories import Order
from ..services import OrderService

COUNT = count(100)


def values_of_order() -> dict[str, Any]:
    """Return what an order is made of."""
    number = next(COUNT)
    return {
        "number": f"First {number}",
        "email": "first@example.com",
        "total": Decimal("1.00"),
    }


async def make_order(
    work: UnitOfWork,
    /,
    **values: Any,
) -> Order:
    """Create an order; give the values that matter to the test."""
    return await OrderService(work).create(
        **{
            **values_of_order(),
            **values,
        },
    )
