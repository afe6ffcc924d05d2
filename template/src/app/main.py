"""The composition root for HTTP. It alone defines the order of the middleware."""

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware

from app.bootstrap import fast_paths, open_runtime, with_database
from app.config import Settings, load_settings
from app.core.backlog import measure_backlog
from app.core.http import routing
from app.core.http.documentation import documentation_routes
from app.core.http.draining import Draining
from app.core.http.health import answers, health_routes
from app.core.http.idempotency import IdempotencyMiddleware
from app.core.http.mail_preview import mail_preview_routes
from app.core.http.metrics import metrics_routes
from app.core.http.middleware import (
    AuthMiddleware,
    BodyLimitMiddleware,
    DeadlineMiddleware,
    EtagMiddleware,
    HeadMiddleware,
    PathMiddleware,
    RateLimitMiddleware,
    SecurityHeadersMiddleware,
    TenantMiddleware,
    TraceMiddleware,
    TransactionMiddleware,
    ValuesMiddleware,
    cors,
    observed,
)
from app.core.http.openapi import describe, info
from app.core.http.problems import error_pages as error_type_pages
from app.core.http.problems import install_error_handlers
from app.core.http.routing import FastRoute, StrictRoute
from app.core.module import Module, find_modules
from app.core.observability.logging import configure_logging
from app.core.runtime import Runtime
from app.database.schema.guarantees import refuse_unsafe_database
from app.database.schema.migrations import is_at_head
from app.kit.schemas import Page
from app.worker import embedded_worker

log = structlog.get_logger(__name__)

API = "/api/v1"
OWN_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""Off: FastAPI's telemetry records paths, queries and exception messages; ours does not."""


def create_app(
    settings: Settings | None = None, modules: tuple[Module, ...] | None = None
) -> FastAPI:
    """Create the app; settings default to the environment, modules to all that are found.

    Raises SettingsError.
    """
    settings = with_database(settings or load_settings())
    configure_logging(settings.log, json=settings.in_production)
    modules = find_modules() if modules is None else modules
    runtime = open_runtime(settings, modules)
    app = FastAPI(
        **info(settings),
        lifespan=_lifespan,
        middleware=_middleware(runtime),
        telemetry=OWN_TELEMETRY,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if _shows_documents(settings) else None,
    )
    app.state.runtime = runtime
    app.state.draining = _draining(settings)
    error_pages = {path: show for module in modules for path, show in module.error_pages.items()}
    install_error_handlers(app, settings.public_url, error_pages)
    Page.read_rows = routing.models_of if settings.fast_paths else None
    _include(app, runtime, modules)
    describe(
        app,
        token_url=f"{API}/auth/token",
        cookie=runtime.authenticator.cookies.access,
        roles=runtime.permissions.least,
        modules=modules,
    )
    return app


def _middleware(runtime: Runtime) -> list[Middleware]:
    """Return the middleware from outermost to innermost: each may use results of those above."""
    settings = runtime.settings
    https = settings.public_url.startswith("https://")
    return [
        *cors(settings.auth.browser_origins),
        Middleware(SecurityHeadersMiddleware, https=https),
        *observed(runtime.observation),
        Middleware(TraceMiddleware, shows_paths=settings.environment == "development"),
        Middleware(PathMiddleware),
        Middleware(BodyLimitMiddleware, max_bytes=settings.http.max_body_bytes),
        Middleware(ValuesMiddleware, most=settings.http.max_json_values),
        Middleware(AuthMiddleware, authenticator=runtime.authenticator),
        Middleware(TenantMiddleware),
        Middleware(RateLimitMiddleware, buckets=runtime.buckets, settings=settings.limits),
        Middleware(TransactionMiddleware, runtime=runtime),
        Middleware(DeadlineMiddleware, seconds=settings.http.timeout_seconds),
        Middleware(IdempotencyMiddleware, secrets=settings.secrets),
        Middleware(EtagMiddleware),
        Middleware(HeadMiddleware),
    ]


def _shows_documents(settings: Settings) -> bool:
    return settings.http.shows_documents(in_production=settings.in_production)


def _draining(settings: Settings) -> Draining:
    """Return Draining; in development there is no load balancer to wait for."""
    in_development = settings.environment == "development"
    return Draining(seconds=0 if in_development else settings.http.drain_seconds)


def _include(app: FastAPI, runtime: Runtime, modules: tuple[Module, ...]) -> None:
    rw = runtime.database.rw
    kind = FastRoute if runtime.settings.fast_paths else StrictRoute
    include = partial(routing.include, kind=kind)
    checks = {
        "shutdown": app.state.draining.is_serving,
        "database": partial(answers, rw),
        "migrations": partial(is_at_head, rw),
    }
    include(app, health_routes(checks))
    include(app, error_type_pages)
    if _shows_documents(runtime.settings):
        include(app, documentation_routes(runtime.settings.name, runtime.settings.environment))
    if runtime.settings.environment == "development":
        mails = [mail for module in modules for mail in module.mails]
        include(app, mail_preview_routes(mails, runtime.settings))
    if (meter := runtime.observation.meter) and (token := runtime.settings.telemetry.metrics_token):
        take = partial(measure_backlog, rw)
        include(app, metrics_routes(meter, token=token.get_secret_value(), take=take))
    for module in modules:
        for router in module.routers:
            include(app, router, prefix=API)
        for pages in module.pages:
            include(app, pages)
        for version, routers in module.versions.items():
            for router in routers:
                include(app, router, prefix=f"/api/{version}")
    routing.index_routes(app)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    async with AsyncExitStack() as closing:
        closing.push_async_callback(runtime.close)
        if runtime.settings.in_production:
            await refuse_unsafe_database(*runtime.database.of_the_primary.values())
        if runtime.settings.environment == "development":
            await closing.enter_async_context(embedded_worker(runtime))
        await closing.enter_async_context(runtime.revocations.kept_current())
        closing.enter_context(app.state.draining.on_sigterm())
        _tune_garbage_collection()
        log.info("app.started", fast_paths=fast_paths(runtime.settings))
        yield


def _tune_garbage_collection() -> None:
    """Exclude the objects that exist now from garbage collection, which lowers peak latencies."""
    gc.collect()
    gc.freeze()
