"""An app with a proxy between it and the database that counts round trips."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from fastapi import FastAPI

from app.config import Settings
from app.main import create_app
from tests.support.wire import Wire, tapped


@pytest_asyncio.fixture
async def wired(settings: Settings) -> AsyncIterator[tuple[FastAPI, Wire]]:
    database = settings.database
    assert database.url
    assert database.owner_url
    assert database.admin_url
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path must be short
        async with tapped(database.url, Path(folder)) as (url, wire):
            tapped_settings = settings.with_database(
                url=url, owner_url=database.owner_url, admin_url=database.admin_url
            )
            app = create_app(tapped_settings)
            async with app.state.runtime.revocations.kept_current():
                yield app, wire
            await app.state.runtime.close()
