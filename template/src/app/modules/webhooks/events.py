from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class WebhookEndpointDisabled(Event):
    """An endpoint was disabled: it failed for days, or answered 410."""

    name = "webhooks.endpoint_disabled"

    endpoint_id: UUID
