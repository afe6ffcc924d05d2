"""Traces and metrics of requests. The middleware is installed only if telemetry is on."""

from time import perf_counter
from typing import Any

from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, StatusCode, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.http.middleware.trace import route_template
from app.core.observability import TRACER, Observation

TRACE_CONTEXT = TraceContextTextMapPropagator()
QUIET = ("/health/", "/metrics")


def observed(observation: Observation) -> list[Middleware]:
    return [Middleware(ObservationMiddleware, observation=observation)] if observation.is_on else []


class ObservationMiddleware:
    def __init__(self, app: ASGIApp, *, observation: Observation) -> None:
        self.app = app
        self.observation = observation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self.app(scope, receive, send)
            return
        started, status = perf_counter(), 500
        span = _begin(scope) if self.observation.tracing else INVALID_SPAN

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with use_span(span, record_exception=False, set_status_on_exception=False):
                await self.app(scope, receive, watch)
        finally:
            route = route_template(scope)
            _end(span, scope, route, status)
            if self.observation.meter:
                self.observation.meter.note(
                    method=scope["method"],
                    route=route,
                    status=status,
                    seconds=perf_counter() - started,
                )


def _begin(scope: Scope) -> Span:
    """Start a span that continues the caller's trace.

    The trace id is also used in logs. https://www.w3.org/TR/trace-context/
    """
    names = (b"traceparent", b"tracestate")
    sent = {
        name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in names
    }
    span = TRACER.start_span(
        scope["method"],
        context=TRACE_CONTEXT.extract(sent),
        kind=SpanKind.SERVER,
        attributes={"http.request.method": scope["method"], "url.scheme": scope["scheme"]},
    )
    trace_id = f"{span.get_span_context().trace_id:032x}"
    scope.setdefault("state", {})["trace_id"] = trace_id
    return span


def _end(span: Span, scope: Scope, route: str | None, status: int) -> None:
    """End the span, named by the route's template: the path and query may contain a token."""
    if span.is_recording():
        span.update_name(f"{scope['method']} {route}" if route else scope["method"])
        span.set_attributes(_attributes(scope["state"], route, status))
        if status >= 500:
            span.set_status(StatusCode.ERROR)
    span.end()


def _attributes(state: dict[str, Any], route: str | None, status: int) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {"http.response.status_code": status}
    if route:
        attributes["http.route"] = route
    if actor := state.get("actor"):
        if actor.tenant_id:
            attributes["app.tenant_id"] = str(actor.tenant_id)
        if actor.user_id:
            attributes["app.user_id"] = str(actor.user_id)
    return attributes
