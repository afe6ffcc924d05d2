"""The process finishes and commits running requests on SIGTERM, then exits with 0."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from app.config import Settings
from tests.support.processes import free_port, running, until_up

pytestmark = pytest.mark.slow

Task: TypeAlias = "asyncio.Task[httpx.Response]"
PROGRAM = Path(__file__).with_name("slow_server.py")


async def test_sigterm_lets_running_requests_end(settings: Settings) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(PROGRAM, port, settings, APP_HTTP_DRAIN_SECONDS="0") as server:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            await until_up(client, server)
            request = await begun(url, client.get("/api/v1/slow?seconds=4"))

            server.send_signal(signal.SIGTERM)
            await until_refused(url)
            assert not request.done()
            answer = await request

        assert (answer.status_code, answer.json()) == (200, "done")
        assert await asyncio.to_thread(server.wait, 10) == 0


async def test_requests_that_take_too_long_end_with_a_problem(settings: Settings) -> None:
    port = free_port()
    none = {"APP_HTTP_DRAIN_SECONDS": "0", "APP_HTTP_SHUTDOWN_SECONDS": "0"}
    with running(PROGRAM, port, settings, **none) as server:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            await until_up(client, server)
            request = await begun(str(client.base_url), client.get("/api/v1/slow?seconds=60"))

            server.send_signal(signal.SIGTERM)
            answer = await request

        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["type"].endswith("/errors/shutting-down")
        assert await asyncio.to_thread(server.wait, 10) == 0


async def test_new_requests_are_answered_while_the_load_balancer_still_sends(
    settings: Settings,
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(PROGRAM, port, settings, APP_HTTP_DRAIN_SECONDS="60") as server:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            await until_up(client, server)
            assert (await client.get("/health/ready")).status_code == 200

            server.send_signal(signal.SIGTERM)
            async with httpx.AsyncClient(base_url=url, timeout=60) as new:
                while (ready := await new.get("/health/ready")).status_code == 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                live = await new.get("/health/live")
                slow = await new.get("/api/v1/slow")

        assert (ready.status_code, "shutdown" in ready.json()["detail"]) == (503, True)
        assert (live.status_code, slow.status_code) == (200, 200)
        server.send_signal(signal.SIGTERM)  # the second signal ends it at once
        assert await asyncio.to_thread(server.wait, 20) == 0
        await is_refused(url)


async def begun(url: str, request: Coroutine[Any, Any, httpx.Response]) -> "Task":
    """Send the request, and return it once the server works on it."""
    task = asyncio.create_task(request)
    async with asyncio.timeout(20), httpx.AsyncClient(base_url=url, timeout=60) as client:
        while (await client.get("/api/v1/begun")).json() == 0:  # noqa: ASYNC110 - a process
            await asyncio.sleep(0.02)
    return task


async def until_refused(url: str) -> None:
    """Wait until the server takes no connections any more."""
    async with asyncio.timeout(20):
        with suppress(httpx.TransportError):
            while True:
                async with httpx.AsyncClient(base_url=url, timeout=60) as late:
                    await late.get("/health/live")
                await asyncio.sleep(0.02)


async def is_refused(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60) as late:
        with pytest.raises(httpx.TransportError):
            await late.get("/health/live")
