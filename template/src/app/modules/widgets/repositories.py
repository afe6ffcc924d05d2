from typing import Unpack

from app.database.repository import (
    CommonColumns,
    Repository,
)

from .models import Widget

__all__ = [
    "Widget",
    "WidgetRepository",
    "WidgetValues",
]


class WidgetValues(CommonColumns, total=False):
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
