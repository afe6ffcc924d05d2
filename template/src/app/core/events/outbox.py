"""Write events to the outbox inside the transaction of their cause."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text

from app.core.jobs import EnqueuedJob
from app.core.work import Work
from app.database.compiled.statement import prepared
from app.database.tenancy import TenantMismatch
from app.kit import clock
from app.kit.ids import new_id

from .event import Event
from .subscriptions import Subscriptions

EVENTS = prepared(
    "write_events",
    text("""
    INSERT INTO event_outbox
        (id, tenant_id, name, version, payload, ordering_key, actor, trace_id, occurred_at)
    SELECT id, tenant_id, name, version, payload, ordering_key, actor, trace_id, occurred_at
    FROM jsonb_populate_recordset(
        NULL::event_outbox, CAST(convert_from(:events, 'UTF8') AS jsonb)
    )
    """).execution_options(raw_sql="the outbox is one for all tenants; each row names its own"),
)
DELIVERIES = prepared(
    "write_deliveries",
    text("""
    INSERT INTO event_deliveries (event_id, handler, status, attempts)
    SELECT event_id, handler, 'waiting', 0
    FROM jsonb_populate_recordset(
        NULL::event_deliveries, CAST(convert_from(:deliveries, 'UTF8') AS jsonb)
    )
    """).execution_options(raw_sql="they belong to the events of the outbox"),
)


async def write_events(
    work: Work, subscriptions: Subscriptions, events: Sequence[Event]
) -> list[EnqueuedJob]:
    """Write events and deliveries; return the runs to enqueue.

    Raises TenantContextRequired, TenantMismatch.
    """
    rows = [(event, _row(work, event)) for event in events]
    deliveries = [
        (subscriber, row) for event, row in rows for subscriber in subscriptions.of(event)
    ]
    await work.session.at_commit(EVENTS, orjson.dumps([row for _, row in rows]))
    if deliveries:
        due = [{"event_id": row["id"], "handler": each.name} for each, row in deliveries]
        await work.session.at_commit(DELIVERIES, orjson.dumps(due))
    return [
        subscriptions.delivery(subscriber.name, row["id"], row["ordering_key"])
        for subscriber, row in deliveries
    ]


def _row(work: Work, event: Event) -> dict[str, Any]:
    tenant_id = None if event.without_tenant else work.tenant.tenant_id
    if not event.belongs_to(tenant_id):
        raise TenantMismatch(f"{event.name} speaks of another tenant than the work it comes from")
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "name": event.name,
        "version": event.version,
        "payload": event.to_payload(),
        "ordering_key": event.ordering_key,
        "actor": work.actor.to_json(),
        "trace_id": work.trace_id,
        "occurred_at": clock.now(),
    }
