"""SIGTERM: what has begun is finished and committed, then the process ends well."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.config import Settings

PROGRAM = Path(__file__).with_name("slow_server.py")


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def server(settings: Settings, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own; the port answers when the fixture is there."""
    database = settings.database
    environment = {
        **os.environ,
        "APP_ENVIRONMENT": "test",
        "APP_DATABASE_URL": str(database.url),
        "APP_DATABASE_OWNER_URL": str(database.owner_url),
        "APP_DATABASE_ADMIN_URL": str(database.admin_url),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = subprocess.Popen([sys.executable, str(PROGRAM), str(port)], env=environment)
    yield process
    process.kill()
    process.wait()


async def up(client: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            await client.get("/health/live")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("the server did not start")


async def test_sigterm_lets_running_requests_end(
    server: "subprocess.Popen[bytes]", port: int
) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await up(client)
        running = asyncio.create_task(client.get("/api/v1/slow"))
        await asyncio.sleep(0.3)

        server.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.2)
        with pytest.raises(httpx.TransportError):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as late:
                await late.get("/health/live")
        answer = await running

    assert (answer.status_code, answer.json()) == (200, "done")
    assert await asyncio.to_thread(server.wait, 10) == 0
