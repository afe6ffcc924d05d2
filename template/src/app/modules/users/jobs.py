"""Scheduled clean-up of log-ins."""

from app.core.jobs import job
from app.core.unit_of_work import UnitOfWork

from .services import SecondFactorService, SessionService


@job(name="users.purge_expired", cron="27 3 * * *", without_tenant=True)
async def purge_expired(work: UnitOfWork) -> None:
    await SessionService(work).purge_expired()


@job(name="users.reencrypt", cron="47 3 * * *", without_tenant=True)
async def reencrypt(work: UnitOfWork) -> None:
    await SecondFactorService(work).reencrypt()


JOBS = (purge_expired, reencrypt)
