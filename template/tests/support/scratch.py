"""A database for a test that migrates, or breaks things: empty, or migrated."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.database import embedded

from . import servers
from .database import migrated_template


@pytest.fixture
def server() -> embedded.EmbeddedServer:
    return servers.server()


@pytest.fixture
def scratch(server: embedded.EmbeddedServer) -> Iterator[embedded.DatabaseUrls]:
    """The database has the three roles, and nothing else."""
    with _created(server) as urls:
        yield urls


@pytest.fixture
def migrated(server: embedded.EmbeddedServer) -> Iterator[embedded.DatabaseUrls]:
    """The database is at head: a copy of the tests' template, which was migrated from nothing."""
    with _created(server, migrated_template(server)) as urls:
        yield urls


@contextmanager
def _created(
    server: embedded.EmbeddedServer, template: str | None = None
) -> Iterator[embedded.DatabaseUrls]:
    name = f"scratch_{os.getpid()}"
    server.drop_database(name)
    yield server.create_database(name, template=template)
    server.drop_database(name)
