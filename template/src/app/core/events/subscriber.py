"""Who wants to know of an event."""

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
    """`ordered` brings the events of one aggregate one after the other, as they were committed."""

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
    """Makes a subscriber of `async def f(work, event)`; its name `module.function` is stored.

    Raises ValueError if order is asked for and the event does not say by what.
    """
    if ordered and event.ordered_by is None:
        raise ValueError(f"{event.name} has no order: name a field of it in `ordered_by`")

    def decorate(handle: Handle[W, E]) -> Subscriber:
        return Subscriber(
            event=event, handle=handle, name=name or name_of(handle), ordered=ordered, **options
        )

    return decorate
