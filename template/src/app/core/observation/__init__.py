"""The import path before 2.0; use `app.core.observability`. Removed in 3.0."""

from app.core.observability import current_span_id, job_span, traceparent

__all__ = ["current_span_id", "job_span", "traceparent"]
