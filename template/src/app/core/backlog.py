"""Count what waits in the database, for metrics: jobs, events, and the workers that take them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.observability import Measure

# The oldest is looked for among the first by id, the order in which they were enqueued, but for
# retries. What waits for long waits for one reason, so it is among them.
JOBS = """
    SELECT queue_name, status::text AS status, count(*) AS jobs,
           count(*) FILTER (WHERE scheduled_at > now()) AS scheduled
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1, 2
"""
OLDEST = """
    WITH first AS (
        SELECT queue.queue_name, job.id, job.scheduled_at
        FROM unnest(CAST(:queues AS text[])) AS queue (queue_name) CROSS JOIN LATERAL (
            SELECT id, scheduled_at FROM procrastinate_jobs
            WHERE queue_name = queue.queue_name AND status = 'todo'
              AND (scheduled_at IS NULL OR scheduled_at <= now())
            ORDER BY id LIMIT 100) AS job
    )
    SELECT queue_name,
           extract(epoch FROM now() - min(coalesce(scheduled_at, enqueued.at))) AS seconds
    FROM first CROSS JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = first.id AND at <= now()
    ) AS enqueued
    GROUP BY 1
"""
WORKERS = """
    SELECT count(*) AS workers FROM procrastinate_workers
    WHERE last_heartbeat > now() - interval '30 seconds'
"""
EVENTS = """
    SELECT status, count(*) AS events, extract(epoch FROM now() - min(occurred_at)) AS seconds
    FROM event_deliveries JOIN event_outbox ON event_outbox.id = event_id
    WHERE status <> 'handled' AND archived_at IS NULL GROUP BY 1
"""
UP = ("database_up", "1 if the database answered this scrape, 0 if not.")
PATIENCE_SECONDS = 5
STATUSES = ("waiting", "failed", "skipped")


async def measure_backlog(engine: AsyncEngine) -> list[Measure]:
    """Return gauges; if the database does not answer, only `database_up`, which is 0 then."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), engine.connect() as connection:
            measures = await _measure(connection)
    except (SQLAlchemyError, OSError):
        return [_gauge(*UP, {(): 0})]
    return [_gauge(*UP, {(): 1}), *measures]


async def _measure(connection: AsyncConnection) -> list[Measure]:
    counted = await _rows(connection, JOBS)
    todo = [row for row in counted if row["status"] == "todo"]
    queues = sorted({row["queue_name"] for row in todo})
    oldest = await _rows(connection, OLDEST, queues=queues)
    [workers] = await _rows(connection, WORKERS)
    events = {row["status"]: row for row in await _rows(connection, EVENTS)}
    waiting = events.get("waiting")
    return [
        _gauge(
            "jobs_waiting",
            "Jobs that could run now, by queue.",
            {(row["queue_name"],): row["jobs"] - row["scheduled"] for row in todo},
            "queue",
        ),
        _gauge(
            "jobs_scheduled",
            "Jobs whose time has not come, by queue.",
            {(row["queue_name"],): row["scheduled"] for row in todo},
            "queue",
        ),
        _gauge(
            "jobs_running",
            "Jobs that a worker has taken, by queue.",
            {(row["queue_name"],): row["jobs"] for row in counted if row["status"] == "doing"},
            "queue",
        ),
        _gauge(
            "jobs_oldest_waiting_seconds",
            "How long the oldest job that could run has waited, by queue.",
            {(row["queue_name"],): max(0, row["seconds"] or 0) for row in oldest},
            "queue",
        ),
        _gauge("workers_alive", "Workers with a heartbeat.", {(): workers["workers"]}),
        _gauge(
            "events_undelivered",
            "Deliveries of events that wait, failed or were skipped, and are not archived.",
            {(status,): events[status]["events"] if status in events else 0 for status in STATUSES},
            "status",
        ),
        _gauge(
            "events_oldest_waiting_seconds",
            "Age of the oldest event that a subscriber has yet to handle.",
            {(): max(0, waiting["seconds"]) if waiting else 0},
        ),
    ]


async def _rows(connection: AsyncConnection, statement: str, **values: Any) -> Sequence[Any]:
    return (await connection.execute(sql(statement), values)).mappings().all()


def _gauge(name: str, text: str, values: dict[tuple[str, ...], Any], *labels: str) -> Measure:
    return Measure(name, text, labels, {key: float(value) for key, value in values.items()})
