"""Responses are replayed for a day, then deleted."""

from datetime import timedelta

from sqlalchemy import delete

from app.core.auth import Actor
from app.core.jobs import job
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock

from ._models import IdempotencyRecord

RETENTION = timedelta(hours=24)


@job(name="idempotency.purge_records", cron="47 * * * *", without_tenant=True)
async def purge_records(work: UnitOfWork) -> None:
    """Delete expired responses of all tenants in one statement."""
    async with (
        open_unit(work.runtime, Actor.operator(), None, trace_id=work.trace_id) as operator,
        operator.across_tenants(bypass_tenant=True, reason="answers are kept for a day") as wide,
    ):
        await wide.session.execute(
            delete(IdempotencyRecord)
            .where(IdempotencyRecord.stored_at < clock.now() - RETENTION)
            .execution_options(synchronize_session=False)
        )
