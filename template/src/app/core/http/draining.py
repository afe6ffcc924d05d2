"""Draining: serve for a while after SIGTERM, until load balancers stop sending requests."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import structlog

log = structlog.get_logger(__name__)

Handler = Callable[[int, FrameType | None], Any]


class Draining:
    """Serves all requests for `seconds` more; only /health/ready fails at once."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        self.has_begun = False

    async def is_serving(self) -> bool:
        return not self.has_begun

    @contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """Handle SIGTERM inside the server's own handler, which shuts down; no-op without one."""
        shut_down = _handler()
        if shut_down is None or not self.seconds:
            yield
            return
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGTERM, partial(self._begin, loop, shut_down))
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, shut_down)

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        shut_down: Handler,
        number: int,
        frame: FrameType | None,
    ) -> None:
        """Begin draining; a second signal shuts down at once."""
        if self.has_begun:
            shut_down(number, frame)
            return
        self.has_begun = True
        log.info("draining", seconds=self.seconds)
        # A signal handler may interrupt the loop at any point: schedule only in a thread-safe way.
        later = partial(loop.call_later, self.seconds, shut_down, number, None)
        loop.call_soon_threadsafe(later)


def _handler() -> Handler | None:
    """Return the current handler, or None outside the main thread, where signals cannot be set."""
    try:
        found = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, found)
    except ValueError:
        return None
    return found if callable(found) else None
