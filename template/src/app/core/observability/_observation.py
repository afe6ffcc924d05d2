"""The telemetry of a process, as its settings say."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import TelemetrySettings


class RequestMeter(Protocol):
    def note(self, *, method: str, route: str | None, status: int, seconds: float) -> None: ...

    def note_security_event(self, event: str, reason: str) -> None: ...

    def note_deprecated(self, method: str, route: str, field: str) -> None: ...

    def watch_pool(self, name: str, engine: AsyncEngine) -> None: ...

    def render(self) -> tuple[bytes, str]:
        """Return the text for Prometheus, and its media type."""


@dataclass(frozen=True)
class Observation:
    tracing: bool = False
    meter: RequestMeter | None = None
    flush: Callable[[], None] | None = None

    @property
    def is_on(self) -> bool:
        return self.tracing or self.meter is not None

    def watch(self, **engines: AsyncEngine) -> None:
        for name, engine in engines.items():
            if self.tracing:
                import_module("app.core.observability.sql").trace_statements(engine)
            if self.meter:
                self.meter.watch_pool(name, engine)

    async def close(self) -> None:
        """Flush pending spans."""
        if self.flush:
            await to_thread.run_sync(self.flush)


def observe(settings: TelemetrySettings, *, service: str) -> Observation:
    """Set up telemetry. Raises ModuleNotFoundError if its libraries are not installed."""
    flush = _load("tracing").export(settings, service) if settings.traces_url else None
    meter = _load("metrics").Meter() if settings.metrics_token else None
    return Observation(tracing=flush is not None, meter=meter, flush=flush)


def _load(name: str) -> Any:
    """Import a module that needs the optional libraries."""
    try:
        return import_module(f"app.core.observability.{name}")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"APP_TELEMETRY_… needs the extra `observation`, which brings {error.name}:"
            " install the app with it, as in `uv sync --extra observation`"
        ) from error
