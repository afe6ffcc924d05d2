"""The app with all modules of the project and one of the tests, and browsers that log in to it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI

from tests.support.notes_fixtures import app, runtime, settings

from .browser import Browser

__all__ = ["app", "browser", "other_browser", "runtime", "settings"]


@pytest.fixture
def notes() -> str:
    """The path of the pages of a module that every project has in its tests."""
    return "/console/data/test-notes"


@pytest_asyncio.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    async with Browser(app) as browser:
        yield browser


@pytest_asyncio.fixture
async def other_browser(app: FastAPI) -> AsyncIterator[Browser]:
    async with Browser(app) as browser:
        yield browser
