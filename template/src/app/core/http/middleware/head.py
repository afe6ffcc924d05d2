"""Answers HEAD wherever GET is answered, without the body (RFC 9110, 9.3.2)."""

from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadMiddleware:
    """Runs closest to the routes: they see GET, all other middleware sees HEAD.

    FastAPI adds no HEAD to its GET routes. A route that declares HEAD itself is left alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or _has_route(scope):
            await self.app(scope, receive, send)
            return
        scope["method"] = "GET"
        try:
            await self.app(scope, receive, HeadersOnly(scope, send))
        except Answered:
            pass
        finally:
            scope["method"] = "HEAD"


class Answered(Exception):
    """The response is complete: what a route would stream after its headers is not produced."""


class HeadersOnly:
    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.send = send

    async def __call__(self, message: Message) -> None:
        self.scope["method"] = "HEAD"  # the server then expects no body for the content-length
        if message["type"] != "http.response.body":
            await self.send(message)
            return
        await self.send({"type": "http.response.body", "body": b""})
        if message.get("more_body"):
            raise Answered


def _has_route(scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in scope["app"].routes)
