from app.core.unit_of_work import UnitOfWork

from .services import WidgetService


async def seed(work: UnitOfWork) -> None:
    """Create three rows for a developer's first look."""
    for number in range(1, 4):
        await WidgetService(work).create(
            name=f"Widget {number}",
        )
