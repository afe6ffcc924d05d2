"""`app serve`, `app worker`"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from app.bootstrap import has_database, with_database
from app.config import Settings, load_settings
from app.core.observability.logging import configure_logging
from app.database.schema.migrations import upgrade
from app.worker import run_worker

from ._start import CannotStart, refuse_taken_port, refuse_unready, refuse_unsafe, wait_until_ready
from ._supervisor import Supervisor
from ._welcome import welcome

Host = Annotated[str, typer.Option(help="The address to listen at; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]
Workers = Annotated[int, typer.Option(min=1, help="Processes that share the work.")]
Reload = Annotated[bool, typer.Option("--reload", help="Start again when a source changes.")]
Concurrency = Annotated[int, typer.Option(min=1, help="Jobs at a time.")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="Only this queue; repeatable.")]

Alive = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="A file to touch every 10 seconds, for a health check."),
]

MetricsHost = Annotated[str, typer.Option(help="Where --metrics-port is; 0.0.0.0 for all.")]
MetricsPort = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Answer /metrics, with APP_TELEMETRY_METRICS_TOKEN."),
]

APP = "app.main:create_app"


def serve(
    host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1, reload: Reload = False
) -> None:
    """Serve HTTP. Without a database it starts PostgreSQL itself, and migrates it."""
    if reload and workers > 1:
        raise typer.BadParameter("--reload is for one process: leave --workers out")
    settings = load_settings()
    instead = "make dev port=" if reload else "app serve --port "
    refuse_taken_port(host, port, instead=instead)
    settings = _prepare(_at_port(settings, port), across_tenants=False)
    signal.signal(signal.SIGTERM, _exit)
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": "app.cli._protocol:BoundedProtocol",
        "access_log": False,
        "log_config": None,
        "timeout_graceful_shutdown": settings.http.shutdown_seconds,
        # Without this, a pipelined request would inherit the context variables of the previous one.
        "reset_contextvars": True,
    }
    if workers > 1:
        _supervise(uvicorn.Config(APP, workers=workers, **options))
    elif reload:
        welcome(settings, host, port)
        uvicorn.run(APP, reload=True, reload_dirs=["src"], **options)
    else:
        uvicorn.run(APP, **options)


def worker(
    concurrency: Concurrency = 5,
    queue: Queues = None,
    alive: Alive = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Run jobs and deliver events."""
    settings = load_settings(process="work")
    if metrics_port and settings.telemetry.metrics_token is None:
        raise CannotStart("Set APP_TELEMETRY_METRICS_TOKEN: it opens what --metrics-port serves.")
    if metrics_port:
        refuse_taken_port(metrics_host, metrics_port, instead="app worker --metrics-port ")
    settings = _prepare(settings, across_tenants=True)
    run = run_worker(
        settings,
        queues=tuple(queue) if queue else None,
        concurrency=concurrency,
        alive=alive,
        metrics=(metrics_host, metrics_port) if metrics_port else None,
    )
    asyncio.run(run)


def _supervise(config: uvicorn.Config) -> None:
    """Run the workers until a signal. The exit code says if no worker could start."""
    supervisor = Supervisor(config, sockets=[config.bind_socket()])
    supervisor.run()
    if supervisor.failed:
        sys.exit(STARTUP_FAILURE)


def _at_port(settings: Settings, port: int) -> Settings:
    """Use the port in links and cookies in development; the variable passes it to subprocesses."""
    if settings.in_production or "public_url" in settings.model_fields_set:
        return settings
    url = os.environ["APP_PUBLIC_URL"] = f"http://localhost:{port}"
    return settings.model_copy(update={"public_url": url})


def _exit(*_: object) -> None:
    """Exit through SystemExit, so that an embedded PostgreSQL is stopped too."""
    sys.exit(0)


def _prepare(settings: Settings, *, across_tenants: bool) -> Settings:
    """Return settings whose database is ready: reachable, migrated, and safe in production.

    In production it waits for a database that is away, as running processes do.

    Raises NoConnection, CannotStart and, in production, UnsafeDatabase.
    """
    prepared = with_database(settings)
    if not has_database(settings) and prepared.database.owner_url:
        upgrade(prepared.database.owner_url)
    configure_logging(settings.log, json=settings.in_production)
    ready = wait_until_ready if settings.in_production else refuse_unready
    asyncio.run(ready(prepared, across_tenants=across_tenants))
    if settings.in_production:
        asyncio.run(refuse_unsafe(prepared))
    return prepared
