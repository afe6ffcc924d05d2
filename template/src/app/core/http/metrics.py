"""`/metrics`, protected by a token."""

from collections.abc import Awaitable, Callable, Sequence
from hmac import compare_digest
from typing import TypeAlias

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.middleware import Middleware

from app.core.errors import Unauthenticated
from app.core.observability import Measure, RequestMeter
from app.core.permissions import public
from app.core.runtime import Runtime

from .middleware.head import HeadMiddleware
from .problems import install_error_handlers

Take: TypeAlias = Callable[[], Awaitable[Sequence[Measure]]]


async def nothing() -> Sequence[Measure]:
    return ()


def metrics_routes(meter: RequestMeter, *, token: str, take: Take = nothing) -> APIRouter:
    """Return the route. It is never public: routes, timings and load tell outsiders too much.

    `take` measures what is outside of this process.
    """
    router = APIRouter(include_in_schema=False)
    expected = f"Bearer {token}".encode()

    @router.get("/metrics")
    @public
    async def read_metrics(request: Request) -> Response:
        """Raises Unauthenticated."""
        sent = request.headers.get("authorization", "").encode("latin-1")
        if not compare_digest(sent, expected):
            raise Unauthenticated("This needs the token of APP_TELEMETRY_METRICS_TOKEN.")
        text, media_type = meter.render(await take())
        return Response(text, media_type=media_type)

    return router


def metrics_app(runtime: Runtime) -> FastAPI | None:
    """Return an app of this route alone, for a process without HTTP; None if metrics are off."""
    token = runtime.settings.telemetry.metrics_token
    if runtime.observation.meter is None or token is None:
        return None
    app = FastAPI(openapi_url=None, middleware=[Middleware(HeadMiddleware)])
    install_error_handlers(app, runtime.settings.public_url)
    app.include_router(metrics_routes(runtime.observation.meter, token=token.get_secret_value()))
    return app
