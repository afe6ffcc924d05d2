from typing import Any

from app.core.unit_of_work import UnitOfWork

from ..repositories import Widget
from ..services import WidgetService


def widget_values() -> dict[str, Any]:
    """What a widget is made of."""
    return {"name": "First"}


async def make_widget(work: UnitOfWork, **values: Any) -> Widget:
    """A widget to test with; give what matters to the test."""
    return await WidgetService(work).create(**{**widget_values(), **values})
