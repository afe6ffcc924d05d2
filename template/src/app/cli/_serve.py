"""`app serve`, `app worker`"""

import asyncio
import signal
import sys
from typing import Annotated

import typer
import uvicorn

from app.bootstrap import open_runtime, with_database
from app.config import Settings, load_settings
from app.core.module import find_modules
from app.database.schema.guarantees import refuse_unsafe_database
from app.database.schema.migrations import upgrade
from app.worker import run_worker

Host = Annotated[str, typer.Option(help="The address to listen at; 0.0.0.0 for all.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]
Workers = Annotated[int, typer.Option(min=1, help="Processes that share the work.")]
Reload = Annotated[bool, typer.Option("--reload", help="Start again when a source changes.")]
Concurrency = Annotated[int, typer.Option(min=1, help="Jobs at a time.")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="Only this queue; repeatable.")]


def serve(
    host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1, reload: Reload = False
) -> None:
    """Serve HTTP. Without a database it starts PostgreSQL itself, and migrates it."""
    settings = _prepare(load_settings())
    signal.signal(signal.SIGTERM, _exit)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        reload=reload,
        reload_dirs=["src"] if reload else None,
        loop="uvloop",
        http="app.cli._protocol:BoundedProtocol",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=settings.http.shutdown_seconds,
        # A pipelined request would inherit the variables of the one before it.
        reset_contextvars=True,
    )


def worker(concurrency: Concurrency = 5, queue: Queues = None) -> None:
    """Run jobs and deliver events."""
    settings = _prepare(load_settings())
    queues = tuple(queue) if queue else None
    asyncio.run(run_worker(settings, queues=queues, concurrency=concurrency))


def _exit(*_: object) -> None:
    """Python's own way out, on which an embedded PostgreSQL is stopped too."""
    sys.exit(0)


def _prepare(settings: Settings) -> Settings:
    """Settings with a database that may be served from. Raises UnsafeDatabase in production."""
    prepared = with_database(settings)
    if settings.in_production:
        asyncio.run(_refuse_unsafe(prepared))
    elif settings.database.url is None and prepared.database.owner_url:
        upgrade(prepared.database.owner_url)
    return prepared


async def _refuse_unsafe(settings: Settings) -> None:
    runtime = open_runtime(settings, find_modules())
    try:
        await refuse_unsafe_database(runtime.database.rw, runtime.database.admin)
    finally:
        await runtime.close()
