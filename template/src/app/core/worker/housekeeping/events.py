"""Purge old events that all subscribers have handled. Others are kept."""

from datetime import timedelta

from sqlalchemy import delete, exists

from app.core.events.models import Delivery, OutboxEvent, Status
from app.core.jobs import job
from app.core.work import Work
from app.kit import clock

RETENTION = timedelta(days=30)


@job(name="events.purge_old_events", cron="37 3 * * *", without_tenant=True)
async def purge_old_events(work: Work) -> None:
    unhandled = exists().where(
        Delivery.event_id == OutboxEvent.id, Delivery.status != Status.HANDLED
    )
    await work.session.execute(
        delete(OutboxEvent)
        .where(OutboxEvent.occurred_at < clock.now() - RETENTION)
        .where(OutboxEvent.archived_at.is_not(None) | ~unhandled)
        .execution_options(synchronize_session=False)
    )
