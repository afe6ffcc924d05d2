"""Requests that take too long end with a problem response and a rollback."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Unavailable
from app.core.http.streaming import is_streamed


class RequestTooSlow(Unavailable):
    """The request took longer than this app allows. Nothing of it was done."""

    title = "The request took too long"
    detail = "The request took too long, and was given up. Nothing of it was done."


class DeadlineMiddleware:
    """Runs inside the unit of work, which is rolled back.

    The deadline ends when the response starts: neither a commit nor a download is interrupted.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises RequestTooSlow."""
        if scope["type"] != "http" or is_streamed(scope):
            await self.app(scope, receive, send)
            return
        deadline = asyncio.timeout(self.seconds)
        try:
            async with deadline:
                await self.app(scope, receive, _ending(deadline, send))
        except TimeoutError:
            if deadline.expired():
                raise RequestTooSlow from None
            raise


def _ending(deadline: asyncio.Timeout, send: Send) -> Send:
    """Return a `send` that cancels the deadline before the response, and so before its commit."""

    async def send_without_deadline(message: Message) -> None:
        if message["type"] == "http.response.start":
            if deadline.expired():
                # The cancellation was already requested. Let it arrive here instead of while COMMIT
                # is being sent, when the outcome of the work would be unknown.
                await asyncio.sleep(0)
            deadline.reschedule(None)
        await send(message)

    return send_without_deadline
