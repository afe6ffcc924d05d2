"""`/metrics`, protected by a token."""

from hmac import compare_digest

from fastapi import APIRouter, Request, Response

from app.core.errors import Unauthenticated
from app.core.observability import RequestMeter
from app.core.permissions import public


def metrics_routes(meter: RequestMeter, *, token: str) -> APIRouter:
    """Return the route. It is never public: routes, timings and load tell outsiders too much."""
    router = APIRouter(include_in_schema=False)
    expected = f"Bearer {token}".encode()

    @router.get("/metrics")
    @public
    async def read_metrics(request: Request) -> Response:
        """Raises Unauthenticated."""
        sent = request.headers.get("authorization", "").encode("latin-1")
        if not compare_digest(sent, expected):
            raise Unauthenticated("This needs the token of APP_TELEMETRY_METRICS_TOKEN.")
        text, media_type = meter.render()
        return Response(text, media_type=media_type)

    return router
