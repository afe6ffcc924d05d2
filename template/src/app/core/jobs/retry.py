"""Retry policies: whether and when a failed job runs again."""

from asyncio import CancelledError
from dataclasses import dataclass
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job as QueuedJob

from app.database.asyncpg.errors import is_unreachable
from app.kit import clock

from .errors import JobCancelled, JobRefused, JobSkipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Allows `attempts` runs in total; the delay doubles from `first` up to `longest`."""

    attempts: int = 5
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(hours=1)

    def wait_after(self, failures: int) -> timedelta | None:
        """Return the delay after this many failures, or None if that was the last attempt."""
        if failures >= self.attempts:
            return None
        return min(self.first * float(2 ** min(failures - 1, 32)), self.longest)


DEFAULT_RETRY = Retry()
NEVER = Retry(attempts=1)
OVER_HOURS = Retry(attempts=12, first=timedelta(seconds=15), longest=timedelta(hours=6))
"""Fits deliveries to other servers: the last attempt is made after eight and a half hours."""

LOST_ATTEMPTS = 5
"""Extra attempts for failures the job did not cause.

A killed worker, a deployment or an unreachable database must not use up the policy's attempts.
"""


def wait_after(retry: Retry, error: BaseException, failures: int) -> timedelta | None:
    """Return the delay until the next attempt, or None if there is none.

    A database that is down for minutes does not use up the job's attempts, unless the job must not
    run twice.
    """
    if isinstance(error, (JobRefused, JobSkipped, JobCancelled)):
        return None
    # With attempts=1 the job must not run twice: after a lost connection, nobody knows whether the
    # run had already committed.
    if is_unreachable(error) and retry.attempts > 1:
        retry = Retry(
            attempts=retry.attempts + LOST_ATTEMPTS,
            first=timedelta(seconds=15),
            longest=timedelta(minutes=5),
        )
    return retry.wait_after(failures)


class Backoff(BaseRetryStrategy):
    """A Retry as a Procrastinate retry strategy."""

    def __init__(self, retry: Retry) -> None:
        self.retry = retry

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        if isinstance(exception, CancelledError):  # worker shutdown, not a failure
            return RetryDecision(retry_at=clock.now())
        wait = wait_after(self.retry, exception, job.attempts + 1)
        return RetryDecision(retry_at=clock.now() + wait) if wait else None
