"""Adds the tagged row's `ETag`, and responds 304 if the client already has that version."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.etags import etag_of, names_version
from app.core.unit_of_work import UnitOfWork

SAFE = ("GET", "HEAD")
ASK_AGAIN = [(b"cache-control", b"private, no-cache"), (b"vary", b"authorization, cookie")]
"""Browsers may cache the response for their user, but revalidate it each time."""


class EtagMiddleware:
    """Runs inside the transaction, when the tagged row has its final version."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        work: UnitOfWork = scope["state"]["work"]
        unchanged = False

        async def send_version(message: Message) -> None:
            nonlocal unchanged
            if message["type"] == "http.response.start" and work.etag_row is not None:
                unchanged = _add_version(message, work, etag_of(work.etag_row), scope["method"])
            if unchanged and message["type"] == "http.response.body":
                message = {"type": "http.response.body"}
            await send(message)

        await self.app(scope, receive, send_version)


def _add_version(message: Message, work: UnitOfWork, etag: str, method: str) -> bool:
    """Add the headers. True if the client has this version: the response is 304 without body."""
    if message["status"] not in (200, 201):
        return False
    headers = [*message["headers"], (b"etag", etag.encode()), *ASK_AGAIN]
    known = work.origin.header(b"if-none-match") if work.origin else None
    unchanged = known is not None and method in SAFE and names_version(known, etag)
    if unchanged:
        message["status"] = 304
        headers = [each for each in headers if not each[0].startswith(b"content-")]
    message["headers"] = headers
    return unchanged
