"""A request that takes too long ends with a problem, and its transaction with it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Unavailable
from app.core.http.streaming import is_streamed


class RequestTooSlow(Unavailable):
    """The request took longer than this app lets one take. Nothing of it was done."""

    title = "The request took too long"
    detail = "The request took too long, and was given up. Nothing of it was done."


class DeadlineMiddleware:
    """Inside the unit of work, which is rolled back. Once an answer begins there is no deadline:
    neither a commit nor a download is interrupted.
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
    """`send`, which takes the deadline away before an answer, and so before its commit."""

    async def send_without_deadline(message: Message) -> None:
        if message["type"] == "http.response.start":
            if deadline.expired():
                # The cancellation is on its way. It arrives here, and not while COMMIT is sent:
                # nobody could say then whether the work was done.
                await asyncio.sleep(0)
            deadline.reschedule(None)
        await send(message)

    return send_without_deadline
