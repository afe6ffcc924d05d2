from app.database.repository import Repository

from .models import Widget

__all__ = [
    "Widget",
    "WidgetRepository",
]


class WidgetRepository(Repository[Widget]):
    model = Widget
