"""Refuses paths that a pattern, a proxy's rule and a line of a log may each read in another way."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import BadRequest

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""`$` of a regular expression matches before a final line break, so `/token%0A` is `/token`."""


class PathMiddleware:
    """Comes before everything that decides by the path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises BadRequest."""
        if scope["type"] in ("http", "websocket"):
            path: str = scope["path"]
            if not path.isprintable() and CONTROL.search(path):
                raise BadRequest("The path contains control characters.")
        await self.app(scope, receive, send)
