from datetime import timedelta

import pytest
from asyncpg import InsufficientResourcesError, QueryCanceledError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.jobs import NEVER, JobRefused, JobSkipped, Retry
from app.core.jobs.retry import wait_after

SECONDS = timedelta(seconds=1)


class TestWait:
    def test_doubles_up_to_the_longest(self) -> None:
        retry = Retry(attempts=7, first=2 * SECONDS, longest=20 * SECONDS)

        waits = [retry.wait_after(failures) for failures in range(1, 8)]

        expected = [2 * SECONDS, 4 * SECONDS, 8 * SECONDS, 16 * SECONDS, 20 * SECONDS, 20 * SECONDS]
        assert waits == [*expected, None]

    @pytest.mark.parametrize("failures", [100, 10_000])
    def test_stays_finite(self, failures: int) -> None:
        assert Retry(attempts=20_000).wait_after(failures) == timedelta(hours=1)

    def test_is_none_when_there_is_one_attempt(self) -> None:
        assert NEVER.wait_after(1) is None


AWAY = (
    OperationalError("connect", None, ConnectionRefusedError(), connection_invalidated=True),
    DBAPIError("INSERT", None, InsufficientResourcesError()),
    PoolTimeout(),
)


class TestOutage:
    @pytest.mark.parametrize("error", AWAY, ids=repr)
    def test_does_not_use_up_the_attempts(self, error: Exception) -> None:
        """A job with five attempts within 30 seconds survives a longer outage of the database."""
        waits = [wait_after(Retry(), error, failures) for failures in range(1, 10)]

        assert sum((wait for wait in waits if wait), timedelta()) > timedelta(minutes=20)
        assert wait_after(Retry(), error, 10) is None

    def test_runs_nothing_twice_that_must_not(self) -> None:
        assert wait_after(NEVER, AWAY[0], 1) is None

    def test_is_not_a_statement_that_took_too_long(self) -> None:
        error = DBAPIError("SELECT", None, QueryCanceledError())

        assert wait_after(Retry(), error, 1) == Retry().wait_after(1)


@pytest.mark.parametrize("error", [JobRefused(), JobSkipped()], ids=repr)
def test_what_another_attempt_cannot_mend_has_none(error: Exception) -> None:
    assert wait_after(Retry(), error, 1) is None
