"""Facts that modules tell each other: written with their cause, handled once per subscriber."""

from .event import Event
from .outbox import write_events
from .subscriber import Subscriber, subscribe
from .subscriptions import Subscriptions

__all__ = ["Event", "Subscriber", "Subscriptions", "subscribe", "write_events"]
