"""The subscribers that this process knows. Each has its own delivery job."""

from collections.abc import Iterable
from uuid import UUID

from app.core.jobs import EnqueuedJob, Job

from .delivery import delivery_job
from .event import AnyEvent, Event
from .subscriber import Subscriber


class Subscriptions:
    """All subscribers by name. Raises ValueError when two share a name."""

    def __init__(self, subscribers: Iterable[Subscriber] = ()) -> None:
        self._subscribers: dict[str, Subscriber] = {}
        for subscriber in subscribers:
            if subscriber.name in self._subscribers:
                raise ValueError(f"two subscribers are called {subscriber.name}; rename one")
            self._subscribers[subscriber.name] = subscriber
        self._jobs = {each.name: delivery_job(each) for each in self._subscribers.values()}

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The delivery jobs, for the job registry."""
        return tuple(self._jobs.values())

    def of(self, event: Event) -> list[Subscriber]:
        of_all = not event.without_tenant
        return [
            each
            for each in self._subscribers.values()
            if each.event.name == event.name or (of_all and each.event is AnyEvent)
        ]

    def knows(self, handler: str) -> bool:
        return handler in self._subscribers

    def delivery(self, handler: str, event_id: UUID, ordering_key: str | None) -> EnqueuedJob:
        """Return the run that delivers the event to the handler."""
        job = self._jobs[handler]
        if self._subscribers[handler].ordered:
            job = job.with_options(lock=f"{handler}:{ordering_key}")
        return job.enqueued(event_id=event_id)
