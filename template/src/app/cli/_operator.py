"""The one who holds the command line, at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.bootstrap import open_runtime, with_database
from app.config import load_settings
from app.core.auth import Actor
from app.core.module import find_modules
from app.core.unit_of_work import UnitOfWork, open_unit

from ._start import refuse_unready


@asynccontextmanager
async def operator_work() -> AsyncIterator[UnitOfWork]:
    """A unit of work for no tenant, which may work across them.

    Raises SettingsError, NoConnection, CannotStart.
    """
    settings = with_database(load_settings())
    await refuse_unready(settings)
    runtime = open_runtime(settings, find_modules())
    try:
        async with open_unit(runtime, Actor.operator(), None) as work:
            yield work
    finally:
        await runtime.close()
