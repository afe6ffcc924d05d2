"""Puts the tenant that the actor works for where the unit of work looks: `request.state.tenant`."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.auth import Actor
from app.core.log_context import bind_identity
from app.database.tenancy import PersonContext, TenantContext, TenantContextRequired

__all__ = ["PersonContext", "TenantContext", "TenantContextRequired", "TenantMiddleware"]


class TenantMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            actor: Actor = scope["state"]["actor"]
            scope["state"]["tenant"] = TenantContext(actor.tenant_id) if actor.tenant_id else None
            bind_identity(tenant_id=actor.tenant_id, user_id=actor.user_id)
        await self.app(scope, receive, send)
