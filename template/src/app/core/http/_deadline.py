"""A request that takes too long ends with a problem, and its transaction with it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import Unavailable

from ._streamed import is_streamed


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
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises RequestTooSlow."""
        if scope["type"] != "http" or is_streamed(scope):
            await self.app(scope, receive, send)
            return
        deadline = asyncio.timeout(self.seconds)

        async def send_in_peace(message: Message) -> None:
            if message["type"] == "http.response.start":
                deadline.reschedule(None)
            await send(message)

        try:
            async with deadline:
                await self.app(scope, receive, send_in_peace)
        except TimeoutError:
            if deadline.expired():
                raise RequestTooSlow from None
            raise
