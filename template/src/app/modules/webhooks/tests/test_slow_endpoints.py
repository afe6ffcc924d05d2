"""Endpoints that never answer hold back nobody else's mail or webhooks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ipaddress import IPv4Network
from time import perf_counter
from typing import Any, cast

import pytest
from httpx import AsyncClient

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.mail import MemoryMailer
from app.core.module import find_modules
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.core.worker.worker import WorkerOptions
from app.main import create_app
from app.modules.tenants import TenantCreated
from tests.support.clients import client_of
from tests.support.people import Person, create_tenant
from tests.support.queue import until, worker
from tests.support.queue_fixtures import queue, queue_runtime, queue_settings

from ..services import EndpointService
from ..settings import WebhookSettings
from .receiver import Receiver, receiving

__all__ = ["queue", "queue_runtime", "queue_settings"]

pytestmark = pytest.mark.slow

ENDPOINTS = 6
EVENTS = 10
ALL = "0.0.0.0"
OTHERS_WAIT = 10
"""Seconds that it may take longer than beside an idle worker; one endpoint blocks for fifteen."""
AS_USUAL = WorkerOptions(handle_signals=False, shutdown_seconds=1)


@pytest.fixture
async def serving(queue: Runtime, queue_settings: Settings) -> AsyncIterator[Runtime]:
    """An empty queue, and a runtime with all modules: a post may take fifteen seconds."""
    runtime = open_runtime(queue_settings, find_modules())
    settings: Any = runtime.module_settings
    slow = WebhookSettings(  # the endpoints answer after any time
        timeout_seconds=15, private_networks=(IPv4Network("127.0.0.0/8"),), _env_file=None
    )
    settings[WebhookSettings] = slow
    yield runtime
    await runtime.close()


@pytest.fixture
async def silent() -> AsyncIterator[list[Receiver]]:
    async with AsyncExitStack() as stack:
        receivers = [
            await stack.enter_async_context(receiving(host="0.0.0.0")) for _ in range(ENDPOINTS)
        ]
        for receiver in receivers:
            receiver.hangs = True
        yield receivers


async def listen(serving: Runtime, person: Person, *receivers: Receiver) -> None:
    async with open_unit(serving, person.actor, person.context) as work:
        for number, receiver in enumerate(receivers):
            url = receiver.url.replace("127.0.0.1", f"127.0.0.{number + 1}")
            await EndpointService(work).create(url=url, events=["*"])


async def publish(serving: Runtime, person: Person, times: int = 1) -> None:
    async with open_unit(serving, person.actor, person.context) as work:
        for _ in range(times):
            work.publish(TenantCreated(person.tenant_id))


async def password_mail_takes(serving: Runtime, client: AsyncClient, email: str) -> float:
    sent = cast(MemoryMailer, serving.mailer).sent
    before, began = len(sent), perf_counter()
    await client.post("/api/v1/auth/forgot-password", json={"email": email})

    async def arrived() -> bool:
        return any(mail.to == email for mail in sent[before:])

    await until(arrived, seconds=60)
    return perf_counter() - began


async def webhook_takes(serving: Runtime, person: Person, receiver: Receiver) -> float:
    before, began = len(receiver.received), perf_counter()
    await publish(serving, person)

    async def arrived() -> bool:
        return len(receiver.received) > before

    await until(arrived, seconds=60)
    return perf_counter() - began


async def test_others_are_served_meanwhile(
    serving: Runtime, queue_settings: Settings, silent: list[Receiver]
) -> None:
    own, other = await create_tenant(serving), await create_tenant(serving)
    await listen(serving, own, *silent)
    app = create_app(queue_settings)
    async with receiving() as receiver, client_of(app) as client, worker(serving, AS_USUAL):
        await listen(serving, other, receiver)
        quiet_mail = await password_mail_takes(serving, client, other.email)
        quiet_hook = await webhook_takes(serving, other, receiver)
        await publish(serving, own, times=EVENTS)
        await until(lambda: are_hanging(silent))

        mail = await password_mail_takes(serving, client, other.email)
        hook = await webhook_takes(serving, other, receiver)
    await app.state.runtime.close()

    assert mail < quiet_mail + OTHERS_WAIT
    assert hook < quiet_hook + OTHERS_WAIT


async def are_hanging(receivers: list[Receiver]) -> bool:
    """True if the deliveries occupy all slots that one tenant gets, and nothing moves any more."""
    posted = sum(len(each.received) for each in receivers)
    await asyncio.sleep(0.5)  # asked again until nothing moves
    return posted >= ENDPOINTS and posted == sum(len(each.received) for each in receivers)
