"""Domain events between modules: written with their cause, handled once per subscriber."""

from .event import AnyEvent, Event
from .outbox import write_events
from .subscriber import Subscriber, subscribe
from .subscriptions import Subscriptions

__all__ = ["AnyEvent", "Event", "Subscriber", "Subscriptions", "subscribe", "write_events"]
