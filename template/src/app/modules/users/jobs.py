"""Scheduled clean-up of log-ins."""

from app.core.jobs import job
from app.core.unit_of_work import UnitOfWork

from .services import SecondFactorService, SessionService


@job(name="users.forget_expired", cron="27 3 * * *", without_tenant=True)
async def forget_expired(work: UnitOfWork) -> None:
    await SessionService(work).forget_expired()


@job(name="users.seal_again", cron="47 3 * * *", without_tenant=True)
async def seal_again(work: UnitOfWork) -> None:
    await SecondFactorService(work).seal_again()


JOBS = (forget_expired, seal_again)
