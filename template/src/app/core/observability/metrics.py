"""Metrics for Prometheus. Needs the extra `observation`.

Processes of one server are added up if PROMETHEUS_MULTIPROC_DIR names an empty folder.
"""

import os
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from ._observation import Measure

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
JOB_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)
NOWHERE = "none"
"""The label of requests without a route: paths are chosen by clients, so there are too many."""


class Meter:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "http_request_duration_seconds",
            "How long requests took, by the template of their route.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.connections = Gauge(
            "database_connections_in_use",
            "Connections that are checked out of the pool.",
            ("login",),
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.connection_limit = Gauge(
            "database_connections_limit",
            "Connections that the pool opens at most.",
            ("login",),
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.jobs = Histogram(
            "job_duration_seconds",
            "How long runs of jobs took, by what became of them.",
            ("job", "outcome"),
            buckets=JOB_BUCKETS,
            registry=self.registry,
        )
        self.cache = Counter(
            "cache_requests_total",
            "Questions to the cache, by their result: hit or miss.",
            ("result",),
            registry=self.registry,
        )
        self.redis_failures = Counter(
            "redis_failures_total",
            "Times that Redis did not answer, for the cache or for rate limits.",
            registry=self.registry,
        )
        self.deprecated = Counter(
            "deprecated_uses_total",
            "Requests that used something deprecated, by method, route and field.",
            ("method", "route", "field"),
            registry=self.registry,
        )
        self.security_events = Counter(
            "security_events_total",
            "Failed and unusual log-ins, and what they change: docs/auth.md.",
            ("event", "reason"),
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self._pools: dict[str, QueuePool] = {}

    def note(self, *, method: str, route: str | None, status: int, seconds: float) -> None:
        if route is None:
            method = NOWHERE
        self.requests.labels(method, route or NOWHERE, str(status)).observe(seconds)

    def note_security_event(self, event: str, reason: str) -> None:
        self.security_events.labels(event, reason).inc()

    def note_deprecated(self, method: str, route: str, field: str) -> None:
        self.deprecated.labels(method, route, field).inc()

    def expect_jobs(self, names: Iterable[str]) -> None:
        for name in names:
            self.jobs.labels(name, "failed")

    def note_job(self, *, name: str, outcome: str, seconds: float) -> None:
        self.jobs.labels(name, outcome).observe(seconds)

    def note_cache(self, result: str) -> None:
        self.cache.labels(result).inc()

    def note_redis_failure(self) -> None:
        self.redis_failures.inc()

    def watch_pool(self, name: str, engine: AsyncEngine, *, limit: int) -> None:
        if isinstance(engine.sync_engine.pool, QueuePool):
            self._pools[name] = engine.sync_engine.pool
            self.connection_limit.labels(name).set(limit)

    def render(self, measures: Sequence[Measure] = ()) -> tuple[bytes, str]:
        for name, pool in self._pools.items():
            self.connections.labels(name).set(pool.checkedout())
        registry = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # its own
        taken = CollectorRegistry()
        taken.register(_Taken(measures))
        return generate_latest(registry) + generate_latest(taken), CONTENT_TYPE_LATEST


class _Taken(Collector):
    """Gauges without a memory: one of prometheus_client would stay in PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self.measures = measures

    def collect(self) -> Iterator[Metric]:
        for measure in self.measures:
            gauge = GaugeMetricFamily(measure.name, measure.help, labels=measure.labels)
            for labels, value in measure.values.items():
                gauge.add_metric(labels, value)
            yield gauge
