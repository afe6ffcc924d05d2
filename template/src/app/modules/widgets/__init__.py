"""Manage widgets. Other modules import only from here."""

from .events import (
    WidgetChanged,
    WidgetCreated,
    WidgetDeleted,
)
from .services import WidgetService

__all__ = [
    "WidgetChanged",
    "WidgetCreated",
    "WidgetDeleted",
    "WidgetService",
]
