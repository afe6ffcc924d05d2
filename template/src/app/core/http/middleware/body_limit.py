"""Refuses request bodies that are too large, before they are read into memory."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.http.streaming import StreamedRoutes
from app.core.origin import header


class BodyLimitMiddleware:
    """Limits the body's size. FastAPI's `max_body_size` would respond in plain text."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.streamed: StreamedRoutes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_streamed(scope):
            await self.app(scope, receive, send)
            return
        self._check(_content_length(scope))
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            self._check(received)
            return message

        await self.app(scope, counted, send)

    def _is_streamed(self, scope: Scope) -> bool:
        """Built at the first request, when all routes exist; an app of middleware only has none."""
        if self.streamed is None:
            self.streamed = StreamedRoutes(getattr(scope.get("app"), "routes", ()))
        return self.streamed.note(scope)

    def _check(self, size: int) -> None:
        """Raises HTTPException, the only exception that FastAPI re-raises while it reads a body."""
        if size > self.max_bytes:
            raise HTTPException(413)


def _content_length(scope: Scope) -> int:
    length = header(scope["headers"], b"content-length") or ""
    return int(length) if length.isdecimal() else 0
