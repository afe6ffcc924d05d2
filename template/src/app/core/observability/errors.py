"""Report errors to Sentry, or to a tracker that understands its protocol. Needs the extra `sentry`.

An event has the types of the exceptions, where they were raised, and a few ids. It has no message,
no local variable and nothing of the request, because all of them may be personal.
"""

from collections.abc import Callable
from typing import Any

from sentry_sdk import Client
from sentry_sdk.utils import event_from_exception

from app.config import Settings

from .log_context import Line
from .logging import HIDDEN, add_error_hook

TAGS = ("trace_id", "tenant_id", "job")
ALLOWED = {
    "environment",
    "event_id",
    "exception",
    "level",
    "logger",
    "platform",
    "release",
    "sdk",
    "tags",
    "timestamp",
}
FRAME = {
    "context_line",
    "filename",
    "function",
    "in_app",
    "lineno",
    "module",
    "post_context",
    "pre_context",
}
FLUSH_SECONDS = 2


class Tracker:
    """A client of its own, so that a `sentry_sdk.init` of the project's does not meet it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._remove: Callable[[], None] = add_error_hook(self.report)

    def report(self, error: BaseException, line: Line) -> None:
        event, hint = event_from_exception(error, client_options=self.client.options)
        event["tags"] = {name: str(line[name]) for name in TAGS if line.get(name)}
        self.client.capture_event(event, hint=hint)

    def close(self) -> None:
        """Send what waits, for a moment."""
        self._remove()
        self.client.close(timeout=FLUSH_SECONDS)


def track(settings: Settings) -> Tracker:
    assert settings.telemetry.errors_dsn  # noqa: S101 - for mypy; `observe` asks first
    return Tracker(
        Client(
            dsn=settings.telemetry.errors_dsn.get_secret_value(),
            environment=settings.environment,
            release=f"{settings.name}@{settings.openapi.version}",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            auto_session_tracking=False,
            send_client_reports=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            before_send=only_allowed,
        )
    )


def only_allowed(event: Any, _: Any) -> Any:
    """Remove all that is not known to be impersonal, whatever a release of the SDK adds."""
    kept = {name: value for name, value in event.items() if name in ALLOWED}
    kept["exception"] = {"values": [_exception(each) for each in _exceptions(event)]}
    return kept


def _exceptions(event: Any) -> list[Any]:
    return list(event.get("exception", {}).get("values", ()))


def _exception(raised: Any) -> dict[str, Any]:
    frames = (raised.get("stacktrace") or {}).get("frames", ())
    return {
        "type": raised.get("type"),
        "module": raised.get("module"),
        "value": HIDDEN,
        "stacktrace": {"frames": [_frame(frame) for frame in frames]},
    }


def _frame(frame: Any) -> dict[str, Any]:
    """Return the frame without variables, and without the folder of a file outside of packages."""
    kept = {name: value for name, value in frame.items() if name in FRAME}
    if kept.get("filename", "").startswith("/"):
        kept["filename"] = kept["filename"].rpartition("/")[2]
    return kept
