"""A request that takes too long ends with a problem, and its transaction with it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Unavailable
from app.core.http._deadlines import Deadlines
from app.core.http.streaming import is_streamed


class RequestTooSlow(Unavailable):
    """The request took longer than this app lets one take. Nothing of it was done."""

    title = "The request took too long"
    detail = "The request took too long, and was given up. Nothing of it was done."


class DeadlineMiddleware:
    """Right inside the transaction, which is rolled back. Once an answer begins, there is no end:
    neither a commit nor a download is interrupted.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self.deadlines = Deadlines(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises RequestTooSlow."""
        if scope["type"] != "http" or is_streamed(scope):
            await self.app(scope, receive, send)
            return
        deadline = self.deadlines.begin()

        async def send_in_peace(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.deadlines.end(deadline)
            await send(message)

        try:
            await self.app(scope, receive, send_in_peace)
        except asyncio.CancelledError:
            if deadline.ended_it():
                raise RequestTooSlow from None
            raise
        finally:
            self.deadlines.end(deadline)
