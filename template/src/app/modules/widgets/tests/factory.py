from typing import Any

from app.core.unit_of_work import UnitOfWork

from ..repositories import Widget
from ..services import WidgetService


def values_of_widget() -> dict[str, Any]:
    """Return what a widget is made of."""
    return {
        "name": "First",
    }


async def make_widget(
    work: UnitOfWork,
    /,
    **values: Any,
) -> Widget:
    """Create a widget; give the values that matter to the test."""
    return await WidgetService(work).create(
        **{
            **values_of_widget(),
            **values,
        },
    )
