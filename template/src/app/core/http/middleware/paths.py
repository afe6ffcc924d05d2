"""Refuses paths that regexes, proxies and logs may interpret differently."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import BadRequest

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""`$` in a regex also matches before a final line break, so `/token%0A` would be `/token`."""


class PathMiddleware:
    """Runs before everything that depends on the path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises BadRequest."""
        if scope["type"] in ("http", "websocket"):
            path: str = scope["path"]
            if not path.isprintable() and CONTROL.search(path):
                raise BadRequest("The path contains control characters.")
        await self.app(scope, receive, send)
