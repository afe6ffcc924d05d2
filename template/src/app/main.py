"""The composition root for HTTP. The order of middleware is read here and nowhere else."""

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.bootstrap import open_runtime, with_database
from app.config import Settings, load_settings
from app.core.auth import AuthMiddleware
from app.core.body_limit import BodyLimitMiddleware
from app.core.errors import describe_problems, error_pages, install_error_handlers
from app.core.health import answers, health_routes
from app.core.logging import configure_logging
from app.core.module import Module, find_modules
from app.core.openapi import describe_security
from app.core.runtime import Runtime
from app.core.tenancy import TenantMiddleware
from app.core.tracing import TraceMiddleware
from app.core.transaction import TransactionMiddleware
from app.database.guarantees import refuse_unsafe_database
from app.database.migrations import is_at_head
from app.worker import embedded_worker

API = "/api/v1"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for a server; without settings it reads the environment. Raises SettingsError."""
    settings = with_database(settings or load_settings())
    configure_logging(settings.log, json=settings.in_production)
    modules = find_modules()
    runtime = open_runtime(settings, modules)
    app = FastAPI(
        title=settings.name, version="1", lifespan=_lifespan, middleware=_middleware(runtime)
    )
    app.state.runtime = runtime
    install_error_handlers(app, settings.public_url)
    _include(app, runtime, modules)
    describe_security(app, token_url=f"{API}/auth/token")
    describe_problems(app)
    return app


def _middleware(runtime: Runtime) -> list[Middleware]:
    """From the outside in: each may use what those above it have found out."""
    return [
        Middleware(TraceMiddleware),
        Middleware(BodyLimitMiddleware, max_bytes=runtime.settings.http.max_body_bytes),
        Middleware(AuthMiddleware, authenticator=runtime.authenticator),
        Middleware(TenantMiddleware),
        Middleware(TransactionMiddleware, runtime=runtime),
    ]


def _include(app: FastAPI, runtime: Runtime, modules: tuple[Module, ...]) -> None:
    rw = runtime.database.rw
    checks = {"database": partial(answers, rw), "migrations": partial(is_at_head, rw)}
    app.include_router(health_routes(checks))
    app.include_router(error_pages)
    for module in modules:
        for router in module.routers:
            app.include_router(router, prefix=API)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    async with AsyncExitStack() as closing:
        closing.push_async_callback(runtime.close)
        if runtime.settings.in_production:
            await refuse_unsafe_database(runtime.database.rw, runtime.database.admin)
        if runtime.settings.environment == "development":
            await closing.enter_async_context(embedded_worker(runtime))
        await closing.enter_async_context(runtime.revocations.kept_current())
        gc.collect()
        gc.freeze()
        yield
