"""Composition root for jobs and events: `app worker`, or a worker in the development server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import structlog
import uvicorn

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.http.idempotency import purge_records
from app.core.http.metrics import metrics_app
from app.core.module import find_modules
from app.core.observability.logging import configure_logging
from app.core.runtime import Runtime
from app.core.worker.housekeeping import HOUSEKEEPING
from app.core.worker.worker import WorkerOptions, process_jobs

BEAT_SECONDS = 10
Address: TypeAlias = tuple[str, int]

log = structlog.get_logger(__name__)


async def run_worker(
    settings: Settings,
    *,
    queues: tuple[str, ...] | None = None,
    concurrency: int = 5,
    alive: Path | None = None,
    metrics: Address | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; without `queues`, serve all queues.

    The file `alive` is touched while the process lives, whether or not it reaches the database.
    `metrics` is where /metrics answers.
    """
    configure_logging(settings.log, json=settings.in_production)
    runtime = open_runtime(_with_connections(settings, concurrency), find_modules())
    beating = asyncio.create_task(_beat(alive)) if alive else None
    try:
        async with serving_metrics(runtime, metrics):
            await work(runtime, WorkerOptions(queues=queues, concurrency=concurrency))
    finally:
        if beating:
            beating.cancel()
        await runtime.close()


async def _beat(alive: Path) -> None:
    while True:
        await asyncio.to_thread(alive.touch)
        await asyncio.sleep(BEAT_SECONDS)


class _Server(uvicorn.Server):
    """A server that leaves signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving_metrics(runtime: Runtime, address: Address | None) -> AsyncIterator[None]:
    """Answer /metrics at the address, if there is one and metrics are on, while the block runs."""
    app = metrics_app(runtime) if address else None
    if address is None or app is None:
        yield
        return
    host, port = address
    config = uvicorn.Config(
        lambda: app,
        factory=True,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(), name="metrics")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _with_connections(settings: Settings, concurrency: int) -> Settings:
    """Allow two connections per job: a job that has written reports its progress in another one."""
    database = settings.database
    overflow = max(database.pool_overflow, 2 * concurrency - database.pool_size)
    return settings.model_copy(
        update={"database": database.model_copy(update={"pool_overflow": overflow})}
    )


@asynccontextmanager
async def embedded_worker(runtime: Runtime) -> AsyncIterator[None]:
    """Run a worker in the development server's process while the block runs."""
    options = WorkerOptions(concurrency=2, shutdown_seconds=2, handle_signals=False)
    worker = asyncio.create_task(_work_watched(runtime, options), name="embedded worker")
    try:
        yield
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def work(runtime: Runtime, options: WorkerOptions) -> None:
    await process_jobs(runtime, [*runtime.jobs, *HOUSEKEEPING, purge_records], options)


async def _work_watched(runtime: Runtime, options: WorkerOptions) -> None:
    """Log a failure of the worker; the server continues without it."""
    try:
        await work(runtime, options)
    except Exception:
        log.exception("worker.stopped")
