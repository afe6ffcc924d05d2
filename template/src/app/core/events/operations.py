"""Operator commands for the outbox: list, resubmit, archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select, update

from app.core.auth import Actor
from app.core.jobs import Envelope, write_envelopes
from app.core.work import Work
from app.kit import clock

from .models import Delivery, OutboxEvent, Status
from .subscriptions import Subscriptions

UNSUCCESSFUL = (Status.FAILED, Status.SKIPPED)


@dataclass(frozen=True)
class Delivered:
    """The delivery of one event to one subscriber."""

    event_id: UUID
    name: str
    tenant_id: UUID | None
    trace_id: str | None
    occurred_at: datetime
    handler: str
    status: str
    attempts: int
    error: str | None


async def list_deliveries(
    work: Work,
    *,
    statuses: Sequence[str] = UNSUCCESSFUL,
    limit: int = 50,
    before: UUID | None = None,
) -> list[Delivered]:
    """Return the newest deliveries first, without archived events, of events before this one."""
    earlier = [OutboxEvent.id < before] if before else []
    rows = await work.session.execute(
        select(
            OutboxEvent.id,
            OutboxEvent.name,
            OutboxEvent.tenant_id,
            OutboxEvent.trace_id,
            OutboxEvent.occurred_at,
            Delivery.handler,
            Delivery.status,
            Delivery.attempts,
            Delivery.error,
        )
        .join(Delivery, Delivery.event_id == OutboxEvent.id)
        .where(Delivery.status.in_(statuses), OutboxEvent.archived_at.is_(None), *earlier)
        .order_by(OutboxEvent.id.desc(), Delivery.handler)
        .limit(limit)
    )
    return [Delivered(*row) for row in rows]


async def resubmit(
    work: Work,
    subscriptions: Subscriptions,
    *,
    event_ids: Sequence[UUID] = (),
    handler: str | None = None,
) -> int:
    """Resubmit deliveries that failed or were skipped; return how many.

    Without `event_ids` all events, without `handler` all handlers. Each runs as the event's tenant
    and actor, with all attempts again. Handlers that are no longer declared are left out.
    """
    envelopes = []
    for event, delivery in await work.session.execute(_failed(event_ids, handler)):
        if not subscriptions.knows(delivery.handler):
            continue
        delivery.status, delivery.attempts, delivery.finished_at = Status.WAITING, 0, None
        run = subscriptions.delivery(delivery.handler, event.id, event.ordering_key)
        envelopes.append((run.job, _envelope(event, run.id, run.arguments)))
    await write_envelopes(work, envelopes)
    return len(envelopes)


async def archive(work: Work, *, event_ids: Sequence[UUID] = ()) -> int:
    """Archive these events, or all that failed or were skipped; they are purged later."""
    failed = exists().where(Delivery.event_id == OutboxEvent.id, Delivery.status.in_(UNSUCCESSFUL))
    changed = await work.session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_(event_ids) if event_ids else failed)
        .where(OutboxEvent.archived_at.is_(None))
        .values(archived_at=clock.now())
        .execution_options(synchronize_session=False)
        .returning(OutboxEvent.id)
    )
    return len(changed.all())


def _failed(event_ids: Sequence[UUID], handler: str | None) -> Select[OutboxEvent, Delivery]:
    query = (
        select(OutboxEvent, Delivery)
        .join(Delivery, Delivery.event_id == OutboxEvent.id)
        .where(Delivery.status.in_(UNSUCCESSFUL), OutboxEvent.archived_at.is_(None))
        .order_by(OutboxEvent.id)
        .with_for_update(of=Delivery)
    )
    if event_ids:
        query = query.where(OutboxEvent.id.in_(event_ids))
    if handler:
        query = query.where(Delivery.handler == handler)
    return query


def _envelope(event: OutboxEvent, run_id: UUID, arguments: dict[str, str]) -> Envelope:
    return Envelope(
        id=run_id,
        tenant_id=event.tenant_id,
        actor=event.actor or Actor.system(event.tenant_id).to_json(),
        trace_id=event.trace_id,
        arguments=arguments,
    )
