"""The path before 2.0: import from `app.core.observability`. Goes with 3.0."""

from app.core.observability import current_span_id, job_span, traceparent

__all__ = ["current_span_id", "job_span", "traceparent"]
