"""An empty database of its own for a test that migrates, or breaks things."""

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
    """The three roles are there, and nothing else."""
    name = f"scratch_{os.getpid()}"
    server.drop_database(name)
    yield server.create_database(name)
    server.drop_database(name)
