"""Requests that take too long, and reads whose client has gone, end with a rollback."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.auth import SAFE_METHODS
from app.core.errors import AppError, BodyTooSlow, Unavailable
from app.core.http.streaming import is_streamed

ON_DISCONNECT = "on_disconnect"
"""What the server calls when the client disconnects, in the request's state."""


class RequestTooSlow(Unavailable):
    """The request took longer than this app allows. Nothing of it was done."""

    title = "The request took too long"
    detail = "The request took too long, and was given up. Nothing of it was done."


class ClientGone(AppError):
    """The client closed the connection before the response. Only the log sees this status."""

    status = 499
    title = "The client has gone"
    detail = "The client closed the connection before the response."


class DeadlineMiddleware:
    """Runs inside the unit of work, which is rolled back.

    The deadline ends when the response starts: neither a commit nor a download is interrupted.
    What writes goes on without its client, who may have sent it without waiting for the response.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises RequestTooSlow, BodyTooSlow, ClientGone."""
        if scope["type"] != "http" or is_streamed(scope):
            await self.app(scope, receive, send)
            return
        deadline = Deadline(self.seconds)
        if scope["method"] in SAFE_METHODS:
            scope["state"][ON_DISCONNECT] = deadline.client_gone
        else:
            receive = deadline.noting(receive)
        try:
            async with deadline.timeout:
                await self.app(scope, receive, _ending(deadline.timeout, send))
        except TimeoutError:
            if deadline.timeout.expired():
                raise deadline.reason() from None
            raise
        finally:
            scope["state"].pop(ON_DISCONNECT, None)


class Deadline:
    def __init__(self, seconds: float) -> None:
        self.timeout = asyncio.timeout(seconds)
        self.is_reading = False
        self.is_client_gone = False

    def client_gone(self) -> None:
        """Cancel the request now, unless its response has started."""
        if self.timeout.when() is not None and not self.timeout.expired():
            self.is_client_gone = True
            self.timeout.reschedule(0)

    def noting(self, receive: Receive) -> Receive:
        """Return a `receive` that notes if the body is waited for: then the client is late."""
        is_whole = False

        async def receive_noted() -> Message:
            nonlocal is_whole
            self.is_reading = not is_whole
            message = await receive()
            self.is_reading, is_whole = False, not message.get("more_body")
            return message

        return receive_noted

    def reason(self) -> AppError:
        if self.is_client_gone:
            return ClientGone()
        return BodyTooSlow() if self.is_reading else RequestTooSlow()


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
