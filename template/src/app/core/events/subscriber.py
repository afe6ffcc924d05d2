"""Subscribers: functions that handle one kind of event."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from app.core.jobs import Retry, name_of
from app.core.work import Work

from .event import Event

PATIENT = Retry(attempts=8)

E = TypeVar("E", bound=Event)
W = TypeVar("W", bound=Work)
Handle = Callable[[W, E], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A handler of one kind of event.

    `ordered` delivers the events of one aggregate one at a time, in commit order.
    """

    event: type[Event]
    handle: Handle[Any, Any]
    name: str
    ordered: bool = False
    queue: str = "default"
    priority: int = 0
    retry: Retry = PATIENT
    timeout: timedelta | None = timedelta(minutes=10)


def subscribe(
    event: type[E], *, name: str | None = None, ordered: bool = False, **options: Any
) -> Callable[[Handle[W, E]], Subscriber]:
    """Turn `async def f(work, event)` into a subscriber; its name `module.function` is stored.

    Raises ValueError if `ordered` is set and the event has no `ordered_by`.
    """
    if ordered and event.ordered_by is None:
        raise ValueError(f"{event.name} has no order: name a field of it in `ordered_by`")

    def decorate(handle: Handle[W, E]) -> Subscriber:
        return Subscriber(
            event=event, handle=handle, name=name or name_of(handle), ordered=ordered, **options
        )

    return decorate
