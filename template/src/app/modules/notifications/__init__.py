"""Tells people what concerns them: in the app, and by mail."""

from .events import NotificationSent
from .services import NotificationService

__all__ = ["NotificationSent", "NotificationService"]
