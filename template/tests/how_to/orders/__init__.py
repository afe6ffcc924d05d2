"""Manage orders. Other modules import only from here."""

from .errors import OrderNumberTaken
from .events import (
    OrderChanged,
    OrderCreated,
    OrderDeleted,
)
from .services import OrderService

__all__ = [
    "OrderChanged",
    "OrderCreated",
    "OrderDeleted",
    "OrderNumberTaken",
    "OrderService",
]
