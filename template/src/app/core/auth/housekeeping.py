"""What identity leaves behind, and when it is forgotten."""

from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.core.jobs import job
from app.kit import clock

from ._revocations import Revocation

if TYPE_CHECKING:
    from app.core.unit_of_work import UnitOfWork


@job(name="auth.forget_revocations", cron="7 * * * *", without_tenant=True)
async def forget_revocations(work: "UnitOfWork") -> None:
    """Of tokens that have expired by themselves."""
    await work.session.execute(
        delete(Revocation)
        .where(Revocation.expires_at < clock.now())
        .execution_options(synchronize_session=False)
    )
