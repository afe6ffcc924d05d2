"""Notifications of users, in the app and by e-mail."""

from .events import NotificationSent
from .services import NotificationService

__all__ = ["NotificationSent", "NotificationService"]
