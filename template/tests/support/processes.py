"""Run the app in a separate process, on a free port."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.config import Settings


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(
    program: Path, port: int, settings: Settings, **variables: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `program PORT` on the settings' database, and kill it at the end."""
    environment = {
        **os.environ,
        "APP_ENVIRONMENT": "test",
        "APP_SECRET_KEY": settings.secret_key.get_secret_value(),
        "APP_DATABASE_URL": str(settings.database.url),
        "APP_DATABASE_OWNER_URL": str(settings.database.owner_url),
        "APP_DATABASE_ADMIN_URL": str(settings.database.admin_url),
        "APP_DATABASE_PGBOUNCER": str(settings.database.pgbouncer).lower(),
        "PYTHONPATH": os.pathsep.join(sys.path),
        **variables,
    }
    process = subprocess.Popen([sys.executable, str(program), str(port)], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until_up(client: httpx.AsyncClient, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended; its output says why"
        try:
            await client.get("/health/live")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("the server did not start")
