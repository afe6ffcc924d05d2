"""When a job that failed runs again."""

from asyncio import CancelledError
from dataclasses import dataclass
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job as QueuedJob

from app.database.asyncpg.errors import is_out_of_reach
from app.kit import clock

from .errors import JobCancelled, JobRefused, JobSkipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """`attempts` runs in all; the wait doubles from `first` up to `longest`."""

    attempts: int = 5
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(hours=1)

    def wait_after(self, failures: int) -> timedelta | None:
        """How long to wait after so many failures, or None when it was the last attempt."""
        if failures >= self.attempts:
            return None
        return min(self.first * float(2 ** min(failures - 1, 32)), self.longest)


DEFAULT_RETRY = Retry()
NEVER = Retry(attempts=1)
OVER_HOURS = Retry(attempts=12, first=timedelta(seconds=15), longest=timedelta(hours=6))
"""For what somebody else's server has to take: the last attempt is made after eight and a half
hours."""

NOT_ITS_FAULT = 5
"""Runs beyond the policy's attempts, which a killed worker, a deployment or a database that was
away has cost."""


def wait_after(retry: Retry, error: BaseException, failures: int) -> timedelta | None:
    """How long to wait for the next attempt, or None if there is none.

    A database that is away for minutes does not use up the attempts of a job, unless it must not
    run twice.
    """
    if isinstance(error, (JobRefused, JobSkipped, JobCancelled)):
        return None
    if is_out_of_reach(error) and retry.attempts > 1:
        retry = Retry(
            attempts=retry.attempts + NOT_ITS_FAULT,
            first=timedelta(seconds=15),
            longest=timedelta(minutes=5),
        )
    return retry.wait_after(failures)


class Backoff(BaseRetryStrategy):
    """The policy as Procrastinate asks for it."""

    def __init__(self, retry: Retry) -> None:
        self.retry = retry

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        if isinstance(exception, CancelledError):  # the worker shuts down; not the job's fault
            return RetryDecision(retry_at=clock.now())
        wait = wait_after(self.retry, exception, job.attempts + 1)
        return RetryDecision(retry_at=clock.now() + wait) if wait else None
