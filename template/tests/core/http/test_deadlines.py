"""One timer ends each task at its own time, and none that is over already."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import closing
from selectors import DefaultSelector, SelectorKey

import pytest

from app.core.http._deadlines import Deadlines

SECONDS = 10


class TooLate(Exception):
    """What a deadline turns a cancellation into."""


class Impatient(DefaultSelector):
    """Waits for nothing, and says how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self.waited += timeout or 0
        return super().select(0)


class Hurried(asyncio.SelectorEventLoop):
    """Its clock jumps to whatever comes next, so times are exact and tests take none."""

    def __init__(self) -> None:
        self.impatient = Impatient()
        super().__init__(self.impatient)

    def time(self) -> float:
        return self.impatient.waited


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    with closing(Hurried()) as loop:
        yield loop


async def work(deadlines: Deadlines, seconds: float) -> float:
    """How long it took."""
    now = asyncio.get_running_loop().time
    started = now()
    deadline = deadlines.begin()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if deadline.ended_it():
            raise TooLate(now() - started) from None
        raise
    finally:
        deadlines.end(deadline)
    return now() - started


async def later(wait: float, working: Awaitable[float]) -> float:
    await asyncio.sleep(wait)
    return await working


def is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class TestDeadlines:
    def test_end_each_at_its_own_time(self, loop: asyncio.AbstractEventLoop) -> None:
        async def ten() -> list[object]:
            deadlines = Deadlines(SECONDS)
            working = (later(wait, work(deadlines, 90)) for wait in range(10))
            return list(await asyncio.gather(*working, return_exceptions=True))

        ended = loop.run_until_complete(ten())

        times = [error.args[0] for error in ended if isinstance(error, TooLate)]
        assert times == pytest.approx([SECONDS] * 10)

    def test_let_go_of_what_is_done_in_time(self, loop: asyncio.AbstractEventLoop) -> None:
        async def in_time() -> bool:
            await work(Deadlines(SECONDS), 0)
            await asyncio.sleep(SECONDS * 1.5)
            return is_being_cancelled()

        assert not loop.run_until_complete(in_time())

    def test_end_the_slow_among_the_quick(self, loop: asyncio.AbstractEventLoop) -> None:
        async def slow_among_quick() -> None:
            deadlines = Deadlines(SECONDS)
            slow = asyncio.create_task(work(deadlines, 90))
            for _ in range(20):
                await work(deadlines, 1)
            await slow

        with pytest.raises(TooLate) as late:
            loop.run_until_complete(slow_among_quick())
        assert late.value.args[0] == pytest.approx(SECONDS)

    def test_begin_again_after_a_rest(self, loop: asyncio.AbstractEventLoop) -> None:
        async def again(deadlines: Deadlines) -> None:
            await work(deadlines, 0)
            await asyncio.sleep(SECONDS * 1.5)
            with pytest.raises(TooLate) as late:
                await work(deadlines, 90)
            assert late.value.args[0] == pytest.approx(SECONDS)
            assert not is_being_cancelled()

        deadlines = Deadlines(SECONDS)
        for _ in range(2):
            loop.run_until_complete(again(deadlines))

    def test_are_not_to_blame_for_another_who_cancels(
        self, loop: asyncio.AbstractEventLoop
    ) -> None:
        async def cancelled() -> None:
            slow = asyncio.create_task(work(Deadlines(SECONDS), 90))
            await asyncio.sleep(0)
            slow.cancel()
            await slow

        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(cancelled())

    def test_nor_for_one_who_cancels_as_well(self, loop: asyncio.AbstractEventLoop) -> None:
        async def cancelled_twice() -> None:
            slow = asyncio.create_task(work(Deadlines(SECONDS), 90))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_at(SECONDS, slow.cancel)
            await slow

        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(cancelled_twice())

    def test_work_where_an_earlier_cancellation_was_survived(
        self, loop: asyncio.AbstractEventLoop
    ) -> None:
        async def survivor() -> None:
            asyncio.current_task().cancel()  # type: ignore[union-attr]  # this one
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(0)
            await work(Deadlines(SECONDS), 90)

        with pytest.raises(TooLate):
            loop.run_until_complete(survivor())

    def test_leave_nothing_of_a_cancellation_that_became_another_error(
        self, loop: asyncio.AbstractEventLoop
    ) -> None:
        async def mistaken() -> bool:
            deadlines = Deadlines(SECONDS)
            deadline = deadlines.begin()
            try:
                with pytest.raises(asyncio.CancelledError):
                    await asyncio.sleep(90)
            finally:
                deadlines.end(deadline)
            return is_being_cancelled()

        assert not loop.run_until_complete(mistaken())

    def test_leave_a_shorter_limit_around_them_alone(self, loop: asyncio.AbstractEventLoop) -> None:
        async def limited() -> None:
            async with asyncio.timeout(SECONDS / 2):
                await work(Deadlines(SECONDS), 90)

        with pytest.raises(TimeoutError):
            loop.run_until_complete(limited())

    def test_and_a_longer_one_too(self, loop: asyncio.AbstractEventLoop) -> None:
        async def limited() -> None:
            async with asyncio.timeout(SECONDS * 2):
                with pytest.raises(TooLate):
                    await work(Deadlines(SECONDS), 90)
                await asyncio.sleep(SECONDS / 2)

        loop.run_until_complete(limited())
