"""Finds out who is asking. Refuses nobody: that is `work.require`."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.permissions import PermissionRegistry

from ._actor import ANONYMOUS, Actor
from ._tokens import TokenRefused, Tokens

BEARER = b"bearer "


class AuthMiddleware:
    def __init__(self, app: ASGIApp, *, tokens: Tokens, permissions: PermissionRegistry) -> None:
        self.app = app
        self.tokens = tokens
        self.permissions = permissions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope.setdefault("state", {})["actor"] = self._actor(scope)
        await self.app(scope, receive, send)

    def _actor(self, scope: Scope) -> Actor:
        token = _bearer(scope)
        if token is None:
            return ANONYMOUS
        try:
            claims = self.tokens.read(token)
        except TokenRefused as refusal:
            return Actor(refusal=str(refusal))
        return Actor(
            user_id=claims.user_id,
            tenant_id=claims.tenant_id,
            membership_id=claims.membership_id,
            session_id=claims.session_id,
            role=claims.role,
            permissions=self.permissions.of(claims.role),
            is_superuser=claims.is_superuser,
        )


def _bearer(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(BEARER)].lower() == BEARER:
            return str(value[len(BEARER) :].strip(), "latin-1")
    return None
