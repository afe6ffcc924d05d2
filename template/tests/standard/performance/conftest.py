"""An app with a proxy between it and the database that counts round trips."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from fastapi import FastAPI

from app.config import Settings
from app.core.unit_of_work import UnitOfWork, open_unit
from app.main import create_app
from tests.support.notes import modules_and_notes
from tests.support.notes_fixtures import app, runtime, settings
from tests.support.people import Person
from tests.support.wire import Wire, tapped

__all__ = ["app", "runtime", "settings"]


@pytest_asyncio.fixture(scope="package")
async def wired(settings_with_notes: Settings) -> AsyncIterator[tuple[FastAPI, Wire]]:
    database = settings_with_notes.database
    assert database.url
    assert database.owner_url
    assert database.admin_url
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path must be short
        async with tapped(database.url, Path(folder)) as (url, wire):
            tapped_settings = settings_with_notes.with_database(
                url=url, owner_url=database.owner_url, admin_url=database.admin_url
            )
            wired_app = create_app(tapped_settings, modules_and_notes())
            async with wired_app.state.runtime.revocations.kept_current():
                yield wired_app, wire
            await wired_app.state.runtime.close()


@pytest_asyncio.fixture
async def wired_work(wired: tuple[FastAPI, Wire], owner: Person) -> AsyncIterator[UnitOfWork]:
    wired_app, _ = wired
    async with open_unit(wired_app.state.runtime, owner.actor, owner.context) as work:
        yield work
