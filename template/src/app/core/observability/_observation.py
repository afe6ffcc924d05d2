"""The telemetry of a process, as its settings say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings


@dataclass(frozen=True)
class Measure:
    """A gauge that is read from outside of the process: values by the values of its labels."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


class RequestMeter(Protocol):
    def note(self, *, method: str, route: str | None, status: int, seconds: float) -> None: ...

    def note_security_event(self, event: str, reason: str) -> None: ...

    def note_deprecated(self, method: str, route: str, field: str) -> None: ...

    def expect_jobs(self, names: Iterable[str]) -> None: ...

    def note_job(self, *, name: str, outcome: str, seconds: float) -> None: ...

    def note_cache(self, result: str) -> None: ...

    def note_redis_failure(self) -> None: ...

    def watch_pool(self, name: str, engine: AsyncEngine, *, limit: int) -> None: ...

    def render(self, measures: Sequence[Measure] = ()) -> tuple[bytes, str]:
        """Return the text for Prometheus, and its media type. `measures` were taken just now."""


class ErrorTracker(Protocol):
    """Gets each error that is logged with its exception, until it is closed."""

    def close(self) -> None:
        """Send what waits, and end."""


@dataclass(frozen=True)
class Observation:
    tracing: bool = False
    meter: RequestMeter | None = None
    flush: Callable[[], None] | None = None
    tracker: ErrorTracker | None = None

    @property
    def is_on(self) -> bool:
        return self.tracing or self.meter is not None

    def watch(self, engines: Mapping[str, AsyncEngine], *, limit: int) -> None:
        """Trace their statements and count their connections, of which each has at most `limit`."""
        for name, engine in engines.items():
            if self.tracing:
                import_module("app.core.observability.sql").trace_statements(engine)
            if self.meter:
                self.meter.watch_pool(name, engine, limit=limit)

    def expect_jobs(self, names: Iterable[str]) -> None:
        """Count from zero: Prometheus sees no increase in a series that begins with a failure."""
        if self.meter:
            self.meter.expect_jobs(names)

    def note_job(self, *, name: str, outcome: str, seconds: float) -> None:
        if self.meter:
            self.meter.note_job(name=name, outcome=outcome, seconds=seconds)

    def note_cache(self, result: str) -> None:
        if self.meter:
            self.meter.note_cache(result)

    def note_redis_failure(self) -> None:
        if self.meter:
            self.meter.note_redis_failure()

    async def close(self) -> None:
        """Send pending errors and spans."""
        if self.tracker:
            await to_thread.run_sync(self.tracker.close)
        if self.flush:
            await to_thread.run_sync(self.flush)


def observe(settings: Settings) -> Observation:
    """Set up telemetry. Raises ModuleNotFoundError if its libraries are not installed."""
    telemetry, flush, meter, tracker = settings.telemetry, None, None, None
    if telemetry.traces_url:
        flush = _load("tracing").export(telemetry, settings.name)
    if telemetry.metrics_token:
        meter = _load("metrics").Meter()
    if telemetry.errors_dsn:
        tracker = _load("errors", extra="sentry").track(settings)
    return Observation(tracing=flush is not None, meter=meter, flush=flush, tracker=tracker)


def _load(name: str, *, extra: str = "observation") -> Any:
    """Import a module that needs the optional libraries."""
    try:
        return import_module(f"app.core.observability.{name}")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"APP_TELEMETRY_… needs the extra `{extra}`, which brings {error.name}:"
            f" install the app with it, as in `uv sync --extra {extra}`"
        ) from error
