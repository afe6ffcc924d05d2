"""Authenticates the actor. It refuses no request: `work.require` does."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.auth import Authenticator


class AuthMiddleware:
    def __init__(self, app: ASGIApp, *, authenticator: Authenticator) -> None:
        self.app = app
        self.authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope.setdefault("state", {})["actor"] = await self.authenticator.actor(scope)
        await self.app(scope, receive, send)
