"""Take jobs from the queue and run them. Any number of workers share one queue."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import psycopg
import structlog
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.signals import on_stop

from app.core.jobs.job import Job
from app.core.jobs.retry import Backoff, Retry
from app.core.runtime import Runtime

from .connection import connector
from .manager import FairJobManager
from .runner import Runner
from .schedule import scheduled
from .slots import Slots
from .sweep import sweep, sweep_forever

log = structlog.get_logger(__name__)

LOGGED_BY_RUNNER = {"start_job", "job_success", "job_error", "job_error_retry", "job_aborted"}
UNREACHABLE = (ConnectorException, psycopg.OperationalError)
RESTART = Retry(attempts=2**31, first=timedelta(seconds=0.5), longest=timedelta(seconds=5))
STABLE_SECONDS = 60
"""A worker that ran longer than this many seconds resets the restart delay."""


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """Options of a worker.

    `concurrency` is the number of concurrent runs, besides queues with their own slots. After
    `stalled_seconds` without a heartbeat a worker counts as dead, and its jobs run elsewhere. A
    worker that is stopped gives its jobs `shutdown_seconds`, then returns them to the queue.
    """

    queues: tuple[str, ...] | None = None
    concurrency: int = 5
    poll_seconds: float = 5
    heartbeat_seconds: float = 10
    stalled_seconds: float = 30
    shutdown_seconds: float = 25
    handle_signals: bool = True


async def process_jobs(runtime: Runtime, jobs: Iterable[Job], options: WorkerOptions) -> None:
    """Run until SIGTERM, SIGINT or cancellation; wait while the database is down."""
    _limit_logging()
    stop = asyncio.Event()
    worker = Worker(runtime, tuple(jobs), options)
    runtime.observation.expect_jobs(job.name for job in worker.jobs)
    async with _sweeping(runtime, options):
        with on_stop(stop.set) if options.handle_signals else nullcontext():
            await worker.run_until(stop)


class Worker:
    """Runs Procrastinate's workers one after the other; each ends when its connections are lost."""

    def __init__(self, runtime: Runtime, jobs: tuple[Job, ...], options: WorkerOptions) -> None:
        self.runtime = runtime
        self.jobs = jobs
        self.options = options
        self.former: list[int] = []

    async def run_until(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        failures, began = 0, loop.time()
        while not stop.is_set():
            # A worker that ran for a while has recovered, so the delay starts again at its minimum.
            failures = 1 if loop.time() - began > STABLE_SECONDS else failures + 1
            began = loop.time()
            try:
                await self._run_once(stop)
                reason = "it stopped"
            except UNREACHABLE as error:
                reason = str(error.__cause__ or error)
            if not stop.is_set():
                pause = RESTART.wait_after(failures) or RESTART.longest
                log.warning("worker.restarted", reason=reason, after=pause.total_seconds())
                await _first_of(asyncio.sleep(pause.total_seconds()), stop.wait())

    async def _run_once(self, stop: asyncio.Event) -> None:
        """Run until stopped or disconnected. Raises what UNREACHABLE lists."""
        lost = asyncio.Event()
        working = asyncio.create_task(self._work(lost.set), name="worker")
        try:
            await _first_of(asyncio.wait([working]), stop.wait(), lost.wait())
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _work(self, lost: Callable[[], None]) -> None:
        options, database = self.options, self.runtime.settings.database
        slots = Slots(
            common=options.concurrency, own=self.runtime.jobs.slots, queues=options.queues
        )
        app = App(connector=connector(database.url or "", pgbouncer=database.pgbouncer))
        app.job_manager = manager = FairJobManager(
            app.connector, slots, listens=not database.pgbouncer, lost=lost
        )
        _register(app, self.jobs, Runner(self.runtime))
        try:
            await app.open_async()
            await self._requeue(manager)
            await app.run_worker_async(
                queues=_as_list(options.queues),
                concurrency=slots.total,
                fetch_job_polling_interval=options.poll_seconds,
                abort_job_polling_interval=options.poll_seconds,
                update_heartbeat_interval=options.heartbeat_seconds,
                stalled_worker_timeout=options.stalled_seconds,
                shutdown_graceful_timeout=options.shutdown_seconds,
                install_signal_handlers=False,
            )
        finally:
            self.former += [manager.worker_id] if manager.worker_id else []
            await app.close_async()

    async def _requeue(self, manager: FairJobManager) -> None:
        """Return the runs of lost workers to the queue: no process works on them any more."""
        for worker_id in self.former:
            await manager.unregister_worker(worker_id)
        if self.former:
            await sweep(self.runtime, silent_seconds=self.options.stalled_seconds)
        self.former.clear()


@asynccontextmanager
async def _sweeping(runtime: Runtime, options: WorkerOptions) -> AsyncIterator[None]:
    sweeper = asyncio.create_task(
        sweep_forever(runtime, silent_seconds=options.stalled_seconds), name="sweep"
    )
    try:
        yield
    finally:
        sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await sweeper


async def _first_of(*coroutines: Awaitable[object]) -> None:
    """Return when the first one ends; cancel the others."""
    tasks = [asyncio.ensure_future(each) for each in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _register(app: App, jobs: Iterable[Job], runner: Runner) -> None:
    for job in jobs:
        task = app.task(name=job.name, pass_context=True, retry=Backoff(job.retry), queue=job.queue)
        registered = task(_running(job, runner))
        if job.cron is None:
            continue
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
    """Return a list, which psycopg needs for arrays. None means all, despite the annotation."""
    return cast(list[str], list(queues) if queues else None)


def _limit_logging() -> None:
    """Silence Procrastinate's job logs: the runner logs jobs, without their private arguments."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    logging.getLogger("procrastinate.worker").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return getattr(record, "action", None) not in LOGGED_BY_RUNNER
