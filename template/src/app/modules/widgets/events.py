from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class WidgetCreated(Event):
    name = "widgets.created"

    widget_id: UUID


@dataclass(frozen=True)
class WidgetChanged(Event):
    name = "widgets.changed"

    widget_id: UUID


@dataclass(frozen=True)
class WidgetDeleted(Event):
    name = "widgets.deleted"

    widget_id: UUID
