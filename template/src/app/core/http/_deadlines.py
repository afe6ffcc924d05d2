"""A time limit for tasks, as `asyncio.timeout` is, with one timer for all of them.

All have the same time, so who began first is over first: a timer waits for that one only.
"""

import asyncio
from dataclasses import dataclass
from typing import cast


@dataclass(eq=False, slots=True)
class Deadline:
    """Of the task that began it. Times are those of the event loop, in seconds."""

    task: "asyncio.Task[object]"
    at: float
    cancelling: int
    is_over: bool = False

    def ended_it(self) -> bool:
        """Whether the task's CancelledError comes from here, and from nobody else as well."""
        return self.is_over and self.task.cancelling() == self.cancelling + 1


class Deadlines:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._open: dict[Deadline, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Deadline:
        """For the task that calls, which is cancelled when its time is over."""
        loop = asyncio.get_running_loop()
        task = cast("asyncio.Task[object]", asyncio.current_task())
        deadline = Deadline(task, loop.time() + self.seconds, task.cancelling())
        if not self._open:
            self._wait_for(deadline, loop)
        self._open[deadline] = None
        return deadline

    def end(self, deadline: Deadline) -> None:
        """Its time may come and go; if it has, its cancellation is taken back. Does so once."""
        self._open.pop(deadline, None)
        if deadline.is_over:
            deadline.is_over = False
            deadline.task.uncancel()

    def _wait_for(self, deadline: Deadline, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(deadline.at, self._cancel_overdue, loop)

    def _cancel_overdue(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._open:
            first = next(iter(self._open))
            if first.at > loop.time():
                self._wait_for(first, loop)
                return
            del self._open[first]
            first.is_over = True
            first.task.cancel()
