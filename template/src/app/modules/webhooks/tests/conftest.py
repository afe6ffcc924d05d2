"""`receiver`, on loopback, which the tests' settings allow, and an endpoint for it."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork

from ..repositories import WebhookEndpoint
from ..services import EndpointService
from ..settings import WebhookSettings
from .certificate import Certificate
from .receiver import Receiver, receiving

LOOPBACK = WebhookSettings(
    timeout_seconds=60, private_networks=(IPv4Network("127.0.0.0/8"),), _env_file=None
)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def loopback_allowed(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Any = runtime.module_settings
    monkeypatch.setitem(settings, WebhookSettings, LOOPBACK)


@pytest_asyncio.fixture
async def endpoint(
    loopback_allowed: None, work: UnitOfWork, receiver: Receiver
) -> tuple[WebhookEndpoint, str]:
    """Create an endpoint for all events, and return it with its secret."""
    made = await EndpointService(work).create(url=receiver.url, events=["*"])
    await work.commit()
    return made


@pytest.fixture
def loopback() -> tuple[IPv4Network, ...]:
    return (IPv4Network("127.0.0.0/8"),)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate.make(tmp_path)
