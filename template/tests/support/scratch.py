"""An empty database for a test that migrates, or breaks things."""

import os
from collections.abc import Iterator

import pytest

from app.database import embedded

from . import servers


@pytest.fixture
def server() -> embedded.EmbeddedServer:
    return servers.server()


@pytest.fixture
def scratch(server: embedded.EmbeddedServer) -> Iterator[embedded.DatabaseUrls]:
    """The database has the three roles, and nothing else."""
    name = f"scratch_{os.getpid()}"
    server.drop_database(name)
    yield server.create_database(name)
    server.drop_database(name)
