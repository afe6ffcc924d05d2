"""Metrics for Prometheus. Needs the extra `observation`.

Processes of one server are added up if PROMETHEUS_MULTIPROC_DIR names an empty folder.
"""

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
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
        self._pools: dict[str, QueuePool] = {}

    def note(self, *, method: str, route: str | None, status: int, seconds: float) -> None:
        if route is None:
            method = NOWHERE
        self.requests.labels(method, route or NOWHERE, str(status)).observe(seconds)

    def note_security_event(self, event: str, reason: str) -> None:
        self.security_events.labels(event, reason).inc()

    def note_deprecated(self, method: str, route: str, field: str) -> None:
        self.deprecated.labels(method, route, field).inc()

    def watch_pool(self, name: str, engine: AsyncEngine) -> None:
        if isinstance(engine.sync_engine.pool, QueuePool):
            self._pools[name] = engine.sync_engine.pool

    def render(self) -> tuple[bytes, str]:
        for name, pool in self._pools.items():
            self.connections.labels(name).set(pool.checkedout())
        registry = self.registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # its own
        return generate_latest(registry), CONTENT_TYPE_LATEST
