"""What identity leaves behind, and when it is forgotten."""

from sqlalchemy import delete

from app.core.auth._revocations import Revocation
from app.core.jobs import job
from app.core.work import Work
from app.kit import clock


@job(name="auth.forget_revocations", cron="7 * * * *", without_tenant=True)
async def forget_revocations(work: Work) -> None:
    """Of tokens that have expired by themselves."""
    await work.session.execute(
        delete(Revocation)
        .where(Revocation.expires_at < clock.now())
        .execution_options(synchronize_session=False)
    )
