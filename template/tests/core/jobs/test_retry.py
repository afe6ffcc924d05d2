from datetime import timedelta

import pytest

from app.core.jobs import NEVER, Retry

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
