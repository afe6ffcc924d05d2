from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class NotificationSent(Event):
    name = "notifications.sent"

    notification_id: UUID
    user_id: UUID
