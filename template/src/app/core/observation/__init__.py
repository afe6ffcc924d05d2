"""Traces and metrics. Off, none of it is in a request's way, and its libraries are not loaded."""

from ._middleware import ObservationMiddleware, observed
from ._observation import Observation, RequestMeter, observe
from ._spans import current_span_id, job_span, traceparent

__all__ = [
    "Observation",
    "ObservationMiddleware",
    "RequestMeter",
    "current_span_id",
    "job_span",
    "observe",
    "observed",
    "traceparent",
]
