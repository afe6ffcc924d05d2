"""Traces and metrics. If off, they cost nothing, and their libraries are not imported."""

from ._observation import Measure, Observation, RequestMeter, observe
from ._spans import TRACER, current_span_id, job_span, traceparent

__all__ = [
    "TRACER",
    "Measure",
    "Observation",
    "RequestMeter",
    "current_span_id",
    "job_span",
    "observe",
    "traceparent",
]
