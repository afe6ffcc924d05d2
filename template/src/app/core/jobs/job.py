"""A job: a coroutine function with a name, and the options of its runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Concatenate, Generic, TypeVar, overload
from uuid import UUID

from croniter import croniter
from typing_extensions import ParamSpec

from app.kit import clock
from app.kit.ids import new_id

from .arguments import Arguments
from .naming import name_of
from .retry import DEFAULT_RETRY, Retry

P = ParamSpec("P", default=...)
W = TypeVar("W")
Run = Callable[Concatenate[W, P], Awaitable[None]]
AfterFailure = Callable[[W, Exception, bool, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Job(Generic[P]):
    """A coroutine function that workers run, and how they run it.

    At most one run with the same `lock` runs at a time, and at most one with the same
    `queueing_lock` waits; both are separate for each tenant.

    `without_tenant` is for work that belongs to no tenant, such as an e-mail to a user. A job with
    `cron` is scheduled: without a tenant, or with `each_tenant` once for every active tenant, each
    in its own transaction. `resource` names what runs wait for, such as a host: the runs of one
    resource never occupy all slots.
    """

    run: Run[Any, P]
    name: str
    shape: Arguments
    queue: str = "default"
    priority: int = 0
    retry: Retry = DEFAULT_RETRY
    timeout: timedelta | None = timedelta(minutes=10)
    lock: str | None = None
    queueing_lock: str | None = None
    resource: str | None = None
    cron: str | None = None
    each_tenant: bool = False
    without_tenant: bool = False
    schedule_at: datetime | None = None
    after_failure: AfterFailure[Any] | None = None

    def enqueued(self, *values: P.args, **arguments: P.kwargs) -> "EnqueuedJob":
        """Raises WrongArguments."""
        return EnqueuedJob(id=new_id(), job=self, arguments=self.shape.pack(*values, **arguments))

    def with_options(
        self,
        *,
        delay: timedelta | None = None,
        schedule_at: datetime | None = None,
        priority: int | None = None,
        lock: str | None = None,
        queueing_lock: str | None = None,
        resource: str | None = None,
    ) -> "Job[P]":
        """Return a copy of the job with other options, for one run."""
        return replace(
            self,
            schedule_at=clock.now() + delay if delay else schedule_at,
            priority=self.priority if priority is None else priority,
            lock=lock or self.lock,
            queueing_lock=queueing_lock or self.queueing_lock,
            resource=resource or self.resource,
        )


@dataclass(frozen=True, kw_only=True)
class EnqueuedJob:
    """One run to enqueue; its arguments are already validated and serialised."""

    id: UUID
    job: Job
    arguments: dict[str, Any]


@overload
def job(run: Run[W, P], /) -> Job[P]: ...
@overload
def job(
    *,
    name: str | None = None,
    queue: str = "default",
    priority: int = 0,
    retry: Retry = DEFAULT_RETRY,
    timeout: timedelta | None = timedelta(minutes=10),
    lock: str | None = None,
    queueing_lock: str | None = None,
    cron: str | None = None,
    each_tenant: bool = False,
    without_tenant: bool = False,
) -> Callable[[Run[W, P]], Job[P]]: ...
def job(run: Any = None, /, *, name: str | None = None, **options: Any) -> Any:
    """Turn `async def f(work, …)` into a job; its name `module.function` is stored.

    Raises TypeError for parameters that JSON cannot carry, ValueError for an invalid schedule.
    """

    def decorate(run: Any) -> Job:
        called = name or name_of(run)
        made = Job(run=run, name=called, shape=Arguments(called, run), **options)
        if made.cron is not None:
            _check_schedule(made, made.cron)
        return made

    return decorate if run is None else decorate(run)


def _check_schedule(made: Job, cron: str) -> None:
    if made.each_tenant == made.without_tenant:
        raise ValueError(f"{made.name}: a schedule is for each_tenant or without_tenant, not both")
    if not croniter.is_valid(cron):
        raise ValueError(f"{made.name}: {cron!r} is no schedule; write it as in crontab(5)")
    made.shape.pack()
