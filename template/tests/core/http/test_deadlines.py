"""One timer ends each task at its own time, and none that is over already."""

import asyncio
from time import perf_counter

import pytest

from app.core.http._deadlines import Deadlines

SECONDS = 0.1
PATIENCE = 2
"""Of a machine that does other things as well."""


class TooLate(Exception):
    """What a deadline turns a cancellation into."""


async def work(deadlines: Deadlines, seconds: float) -> float:
    """How long it took."""
    started = perf_counter()
    deadline = deadlines.begin()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if deadline.ended_it():
            raise TooLate(perf_counter() - started) from None
        raise
    finally:
        deadlines.end(deadline)
    return perf_counter() - started


async def later(deadlines: Deadlines, wait: float, seconds: float) -> float:
    await asyncio.sleep(wait)
    return await work(deadlines, seconds)


def is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class TestDeadlines:
    async def test_end_each_at_its_own_time(self) -> None:
        deadlines = Deadlines(SECONDS)

        ended = await asyncio.gather(
            *(later(deadlines, wait / 50, 9) for wait in range(10)), return_exceptions=True
        )

        times = [error.args[0] for error in ended if isinstance(error, TooLate)]
        assert len(times) == 10
        assert all(SECONDS - 0.01 < time < SECONDS + PATIENCE for time in times), times

    async def test_let_go_of_what_is_done_in_time(self) -> None:
        deadlines = Deadlines(SECONDS)
        await work(deadlines, 0)

        await asyncio.sleep(SECONDS * 1.5)

        assert not is_being_cancelled()

    async def test_end_the_slow_among_the_quick(self) -> None:
        deadlines = Deadlines(SECONDS)
        slow = asyncio.create_task(work(deadlines, 9))

        quick = [await work(deadlines, 0.01) for _ in range(20)]

        assert len(quick) == 20
        with pytest.raises(TooLate) as late:
            await slow
        assert late.value.args[0] < SECONDS + PATIENCE

    async def test_begin_again_after_a_rest(self) -> None:
        deadlines = Deadlines(SECONDS)
        for _ in range(2):
            await work(deadlines, 0)
            await asyncio.sleep(SECONDS * 1.5)

            with pytest.raises(TooLate):
                await work(deadlines, 9)
            assert not is_being_cancelled()

    async def test_are_not_to_blame_for_another_who_cancels(self) -> None:
        deadlines = Deadlines(SECONDS)
        slow = asyncio.create_task(work(deadlines, 9))
        await asyncio.sleep(0)

        slow.cancel()

        with pytest.raises(asyncio.CancelledError):
            await slow

    async def test_leave_a_shorter_limit_around_them_alone(self) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SECONDS / 2):
                await work(Deadlines(SECONDS), 9)

    async def test_and_a_longer_one_too(self) -> None:
        async with asyncio.timeout(SECONDS + PATIENCE):
            with pytest.raises(TooLate):
                await work(Deadlines(SECONDS), 9)
            await asyncio.sleep(0)
