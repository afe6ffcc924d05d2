"""Sets `request.state.tenant`, which the unit of work reads, to the tenant of the actor."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.auth import Actor
from app.core.observability.log_context import bind_identity
from app.database.tenancy import TenantContext


class TenantMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            actor: Actor = scope["state"]["actor"]
            scope["state"]["tenant"] = TenantContext(actor.tenant_id) if actor.tenant_id else None
            bind_identity(tenant_id=actor.tenant_id, user_id=actor.supported_by or actor.user_id)
        await self.app(scope, receive, send)
