"""Tells other systems what happens to a tenant, as Standard Webhooks wants it."""

from .events import WebhookEndpointDisabled
from .services import EndpointService

__all__ = ["EndpointService", "WebhookEndpointDisabled"]
