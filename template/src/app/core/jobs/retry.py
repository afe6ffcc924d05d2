"""When a job that failed runs again."""

from asyncio import CancelledError
from dataclasses import dataclass
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job as QueuedJob

from app.kit import clock

from .errors import JobRefused


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


class Backoff(BaseRetryStrategy):
    """The policy as Procrastinate asks for it."""

    def __init__(self, retry: Retry) -> None:
        self.retry = retry

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> RetryDecision | None:
        if isinstance(exception, CancelledError):  # the worker shuts down; not the job's fault
            return RetryDecision(retry_at=clock.now())
        wait = self.retry.wait_after(job.attempts + 1)
        if isinstance(exception, JobRefused) or wait is None:
            return None
        return RetryDecision(retry_at=clock.now() + wait)
