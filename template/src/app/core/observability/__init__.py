"""Traces and metrics. Off, none of it is in a request's way, and its libraries are not loaded."""

from ._observation import Observation, RequestMeter, observe
from ._spans import TRACER, current_span_id, job_span, traceparent

__all__ = [
    "TRACER",
    "Observation",
    "RequestMeter",
    "current_span_id",
    "job_span",
    "observe",
    "traceparent",
]
