"""SIGTERM: what has begun is finished and committed, then the process ends well."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from tests.support.processes import free_port, running, until_up

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("slow_server.py")


async def test_sigterm_lets_running_requests_end(settings: Settings) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(PROGRAM, port, settings) as server:
        async with httpx.AsyncClient(base_url=url) as client:
            await until_up(client, server)
            request = asyncio.create_task(client.get("/api/v1/slow"))
            await asyncio.sleep(0.3)

            server.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.2)
            await is_refused(url)
            answer = await request

        assert (answer.status_code, answer.json()) == (200, "done")
        assert await asyncio.to_thread(server.wait, 10) == 0


async def is_refused(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as late:
        with pytest.raises(httpx.TransportError):
            await late.get("/health/live")
