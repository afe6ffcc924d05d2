from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class WebhookEndpointDisabled(Event):
    """It failed for days, or said that it is gone."""

    name = "webhooks.endpoint_disabled"

    endpoint_id: UUID
