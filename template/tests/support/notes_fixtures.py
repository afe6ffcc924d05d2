"""The app with the module `test_notes`, in place of the project's: for a conftest.py to import."""

import pytest
from fastapi import FastAPI

from app.config import Settings
from app.core.runtime import Runtime

__all__ = ["app", "runtime", "settings"]


@pytest.fixture(scope="session")
def settings(settings_with_notes: Settings) -> Settings:
    return settings_with_notes


@pytest.fixture(scope="session")
def app(app_with_notes: FastAPI) -> FastAPI:
    return app_with_notes


@pytest.fixture(scope="session")
def runtime(app_with_notes: FastAPI) -> Runtime:
    runtime: Runtime = app_with_notes.state.runtime
    return runtime
