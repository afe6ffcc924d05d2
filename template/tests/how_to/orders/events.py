from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class OrderCreated(Event):
    name = "orders.created"

    order_id: UUID


@dataclass(frozen=True)
class OrderChanged(Event):
    name = "orders.changed"

    order_id: UUID


@dataclass(frozen=True)
class OrderDeleted(Event):
    name = "orders.deleted"

    order_id: UUID
