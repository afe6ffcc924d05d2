"""Purge expired revocations."""

from sqlalchemy import delete

from app.core.auth._revocations import Revocation
from app.core.jobs import job
from app.core.work import Work
from app.kit import clock


@job(name="auth.purge_revocations", cron="7 * * * *", without_tenant=True)
async def purge_revocations(work: Work) -> None:
    """Delete revocations of tokens that have expired by now."""
    await work.session.execute(
        delete(Revocation)
        .where(Revocation.expires_at < clock.now())
        .execution_options(synchronize_session=False)
    )
