"""Deliver events from the outbox to subscribers: at least once, with effect exactly once."""

from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, String, Uuid, bindparam, literal_column, null, update

from app.core.jobs import Arguments, Job, JobRefused, JobSkipped
from app.core.work import Work
from app.database.compiled.model_statements import Statements
from app.database.compiled.statement import Statement
from app.kit import clock

from .event import AnyEvent, Event
from .models import Delivery, OutboxEvent, Status
from .subscriber import Subscriber

log = structlog.get_logger(__name__)

HANDLED: ColumnElement[str] = literal_column(f"'{Status.HANDLED}'", String)


def delivery_job(subscriber: Subscriber) -> Job:
    """Return the subscriber's delivery job, with its queue, retry policy and timeout."""

    async def deliver(work: Work, event_id: UUID) -> None:
        if row := await _claim(work, subscriber, event_id):
            await subscriber.handle(work, _event(work, subscriber, row))
        else:
            log.info("event.not_waiting", event_id=str(event_id))

    async def note_failure(
        work: Work, error: Exception, is_final: bool, arguments: dict[str, Any]
    ) -> None:
        await _note_failure(work, subscriber, UUID(arguments["event_id"]), error, is_final)

    return Job(
        run=deliver,
        name=subscriber.name,
        shape=Arguments(subscriber.name, deliver),
        queue=subscriber.queue,
        priority=subscriber.priority,
        retry=subscriber.retry,
        timeout=subscriber.timeout,
        without_tenant=subscriber.event.without_tenant,
        after_failure=note_failure,
    )


async def _claim(work: Work, subscriber: Subscriber, event_id: UUID) -> OutboxEvent | None:
    """Mark the delivery as handled in the handler's own transaction, and return the event.

    If the handler fails, the rollback undoes the mark. None if another run has handled it.
    """
    values = {"event": event_id, "subscriber": subscriber.name, "now": clock.now()}
    records = await work.session.fetch(_claiming(), values)
    return _outbox().rows(records)[0] if records else None


@cache
def _outbox() -> Statements[OutboxEvent]:
    return Statements(OutboxEvent, None)


@cache
def _claiming() -> Statement:
    claimed = (
        update(Delivery)
        .where(Delivery.event_id == bindparam("event", type_=Uuid))
        .where(Delivery.handler == bindparam("subscriber", type_=String()))
        .where(Delivery.status != HANDLED)
        .values(
            status=HANDLED,
            attempts=Delivery.attempts + literal_column("1"),
            error=null(),
            finished_at=bindparam("now", type_=Delivery.finished_at.type),
        )
        .returning(Delivery.event_id)
        .cte("claimed")
    )
    return Statement(_outbox().select().join(claimed, claimed.c.event_id == OutboxEvent.id))


def _event(work: Work, subscriber: Subscriber, row: OutboxEvent) -> Event:
    """Return the event. Raises JobRefused if it belongs to another tenant than the worker's."""
    tenant_id = None if subscriber.event.without_tenant else work.tenant.tenant_id
    event = _read(subscriber, row)
    if row.tenant_id != tenant_id or not event.belongs_to(tenant_id):
        raise JobRefused(f"{row.name} {row.id} is another tenant's event")
    return event


def _read(subscriber: Subscriber, row: OutboxEvent) -> Event:
    if subscriber.event is AnyEvent:
        return AnyEvent(row.id, row.name, row.payload, row.occurred_at)
    return subscriber.event.from_payload(row.payload, row.version)


async def _note_failure(
    work: Work, subscriber: Subscriber, event_id: UUID, error: Exception, is_final: bool
) -> None:
    ended = Status.SKIPPED if isinstance(error, JobSkipped) else Status.FAILED
    await work.session.execute(
        update(Delivery)
        .where(Delivery.event_id == event_id, Delivery.handler == subscriber.name)
        .where(Delivery.status != Status.HANDLED)
        .values(
            status=ended if is_final else Status.WAITING,
            attempts=Delivery.attempts + 1,
            error=_first_line(error),
            finished_at=clock.now() if is_final else None,
        )
        .execution_options(synchronize_session=False)
    )


def _first_line(error: Exception) -> str:
    """Return one short line to identify the error; the stack trace is in the log."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
