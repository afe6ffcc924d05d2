"""Spans through OpenTelemetry's API, which does nothing until an SDK is set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import urandom
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

TRACER = trace.get_tracer("app")


def current_span_id() -> str | None:
    """Return the span's id as 16 hex digits, or None if it is not sampled."""
    context = trace.get_current_span().get_span_context()
    return f"{context.span_id:016x}" if context.is_valid and context.trace_flags.sampled else None


def traceparent(trace_id: str | None) -> str:
    """Return the traceparent for outgoing requests; the sampled flag follows ours."""
    span_id = current_span_id()
    trace_id = trace_id or urandom(16).hex()
    return f"00-{trace_id}-{span_id or urandom(8).hex()}-{'01' if span_id else '00'}"


@contextmanager
def job_span(
    name: str, *, trace_id: str | None, span_id: str | None, tenant_id: UUID | None, attempt: int
) -> Iterator[None]:
    """Trace a job as a child of the span that enqueued it, or in a new trace."""
    parent = None
    if trace_id and span_id:
        caller = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(1))
        parent = trace.set_span_in_context(NonRecordingSpan(caller))
    attributes: dict[str, str | int] = {"app.job": name, "app.attempt": attempt}
    if tenant_id:
        attributes["app.tenant_id"] = str(tenant_id)
    with TRACER.start_as_current_span(
        f"job {name}",
        context=parent,
        kind=SpanKind.CONSUMER,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)  # the message may be private
            span.set_status(StatusCode.ERROR)
            raise
