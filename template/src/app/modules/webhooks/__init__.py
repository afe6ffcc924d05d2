"""Webhooks: posts a tenant's events to other systems, as Standard Webhooks defines."""

from .events import WebhookEndpointDisabled
from .services import EndpointService

__all__ = ["EndpointService", "WebhookEndpointDisabled"]
