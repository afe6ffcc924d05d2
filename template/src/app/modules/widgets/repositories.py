from typing import (
    TypedDict,
    Unpack,
)

from app.database.repository import Repository

from .models import Widget

__all__ = [
    "Widget",
    "WidgetRepository",
    "WidgetValues",
]


class WidgetValues(TypedDict, total=False):
    """The columns to write."""

    name: str


class WidgetRepository(Repository[Widget]):
    model = Widget

    async def create(
        self,
        **values: Unpack[WidgetValues],
    ) -> Widget:
        return await super().create(**values)

    async def change(
        self,
        row: Widget,
        /,
        **values: Unpack[WidgetValues],
    ) -> Widget:
        return await super().change(row, **values)
