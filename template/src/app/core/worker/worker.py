"""Takes jobs from the queue and runs them. Any number of workers share one queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from procrastinate import App, JobContext

from app.core.jobs.job import Job
from app.core.jobs.retry import Backoff
from app.core.runtime import Runtime

from .connection import connector
from .runner import Runner
from .schedule import scheduled
from .sweep import sweep_forever

SAID_BY_THE_RUNNER = {"start_job", "job_success", "job_error", "job_error_retry", "job_aborted"}


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """`stalled_seconds` without a heartbeat, and a worker counts as dead: its jobs run elsewhere.

    A worker that is asked to stop gives its jobs `shutdown_seconds`, then puts them back.
    """

    queues: tuple[str, ...] | None = None
    concurrency: int = 5
    poll_seconds: float = 5
    heartbeat_seconds: float = 10
    stalled_seconds: float = 30
    shutdown_seconds: float = 25
    handle_signals: bool = True


async def work_off(runtime: Runtime, jobs: Iterable[Job], options: WorkerOptions) -> None:
    """Runs until SIGTERM, SIGINT or cancellation. Raises when the database goes away for good."""
    _quieten()
    app = _app(runtime, jobs)
    sweeper = asyncio.create_task(
        sweep_forever(runtime, silent_seconds=options.stalled_seconds), name="sweep"
    )
    try:
        async with app.open_async():
            await app.run_worker_async(
                queues=_as_list(options.queues),
                concurrency=options.concurrency,
                fetch_job_polling_interval=options.poll_seconds,
                abort_job_polling_interval=options.poll_seconds,
                update_heartbeat_interval=options.heartbeat_seconds,
                stalled_worker_timeout=options.stalled_seconds,
                shutdown_graceful_timeout=options.shutdown_seconds,
                install_signal_handlers=options.handle_signals,
                listen_notify=not runtime.settings.database.pgbouncer,
            )
    finally:
        sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await sweeper


def _app(runtime: Runtime, jobs: Iterable[Job]) -> App:
    database = runtime.settings.database
    app = App(connector=connector(database.url or "", pgbouncer=database.pgbouncer))
    runner = Runner(runtime)
    for job in jobs:
        _register(app, job, runner)
    return app


def _register(app: App, job: Job, runner: Runner) -> None:
    task = app.task(name=job.name, pass_context=True, retry=Backoff(job.retry), queue=job.queue)
    registered = task(_running(job, runner))
    if job.cron is None:
        return
    at_its_time = scheduled(job)
    if at_its_time is not job:
        task = app.task(
            name=at_its_time.name, pass_context=True, retry=Backoff(job.retry), queue=job.queue
        )
        registered = task(_running(at_its_time, runner))
    app.periodic(cron=job.cron)(registered)


def _running(job: Job, runner: Runner) -> Callable[..., Awaitable[None]]:
    async def run(context: JobContext, **_: object) -> None:
        await runner.run(job, context)

    return run


def _as_list(queues: tuple[str, ...] | None) -> list[str]:
    """psycopg makes an array of a list only. None is all of them, which the annotation conceals."""
    return cast(list[str], list(queues) if queues else None)


def _quieten() -> None:
    """The runner says it, with tenant and trace and without the arguments: they may be personal."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    logging.getLogger("procrastinate.worker").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return getattr(record, "action", None) not in SAID_BY_THE_RUNNER
