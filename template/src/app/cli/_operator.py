"""The unit of work of the command line's commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.bootstrap import open_runtime, with_database
from app.config import load_settings
from app.core.auth import Actor
from app.core.module import find_modules
from app.core.unit_of_work import UnitOfWork, open_unit
from app.database.schema.guarantees import refuse_unsafe_role

from ._start import refuse_unready


@asynccontextmanager
async def operator_work() -> AsyncIterator[UnitOfWork]:
    """Open a unit of work without a tenant, as the operator, who may work across tenants.

    Raises SettingsError, NoConnection, CannotStart and, in production, UnsafeDatabase: another role
    would see fewer rows than there are.
    """
    settings = with_database(load_settings(process="work"))
    await refuse_unready(settings)
    runtime = open_runtime(settings, find_modules())
    try:
        if settings.in_production:
            await refuse_unsafe_role(runtime.database.admin, meant="app_admin")
        async with open_unit(runtime, Actor.operator(), None) as work:
            yield work
    finally:
        await runtime.close()
