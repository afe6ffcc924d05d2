from decimal import Decimal

from app.core.unit_of_work import UnitOfWork

from .services import OrderService


async def seed(work: UnitOfWork) -> None:
    """Create three rows for a developer's first look."""
    for number in range(1, 4):
        await OrderService(work).create(
            number=f"Order {number}",
            email=f"person{number}@example.com",
            total=Decimal(number),
        )
