"""Test the real server, started as in production, with many requests on shared connections."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.config import Settings
from tests.support.people import Person

from .report import Report
from .two_tenants import TwoTenants

PROJECT = Path(__file__).parents[2]
ME = "/api/v1/users/me"
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Server:
    port: int
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for line in self.log.read_text(encoding="utf-8").splitlines()
            if line[:1] == "{"
        ]


@pytest_asyncio.fixture(scope="module")
async def server(
    whole: Settings, two_tenants: TwoTenants, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    server = Server(_free_port(), tmp_path_factory.mktemp("server") / "log")
    with server.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "serve", "--port", str(server.port)),
            cwd=PROJECT,
            env=os.environ | _environment(whole),
            stdout=log,
            stderr=log,
        )
        await _answers(server, process)
        yield server
        process.terminate()
        await process.wait()


class TestPipelinedRequests:
    async def test_keep_their_people_apart(
        self, two_tenants: TwoTenants, server: Server, report: Report
    ) -> None:
        """uvicorn lets pipelined requests inherit each other's context variables."""
        people = [
            two_tenants.own,
            None,
            two_tenants.foreign,
            two_tenants.own,
            None,
            two_tenants.foreign,
            None,
        ] * 3
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"".join(_request(person) for person in people))
        answers = [await _answer(reader) for _ in people]
        writer.close()

        for person, told in zip(people, answers, strict=True):
            report.add()
            assert told.get("id") == (str(person.user_id) if person else None)

    async def test_are_logged_for_their_people(
        self, two_tenants: TwoTenants, server: Server
    ) -> None:
        lines = [line for line in server.lines() if line.get("route") == ME]
        pairs = {(line["tenant_id"], line["user_id"]) for line in lines}

        assert pairs == {(None, None), *map(_pair, (two_tenants.own, two_tenants.foreign))}
        assert all((line["status"] == 401) == (line["user_id"] is None) for line in lines)


class TestKeptConnections:
    async def test_keep_their_people_apart(self, two_tenants: TwoTenants, server: Server) -> None:
        people = [two_tenants.own, None, two_tenants.foreign, None] * 5
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        url = f"http://127.0.0.1:{server.port}{ME}"
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            for person in people:
                answer = await client.get(url, headers=person.headers if person else {})
                assert answer.json().get("id") == (str(person.user_id) if person else None)


def _environment(settings: Settings) -> dict[str, str]:
    database = settings.database
    return {
        "APP_ENVIRONMENT": "test",
        "APP_SECRET_KEY": settings.secret_key.get_secret_value(),
        "APP_LOG_FORMAT": "json",
        "APP_HTTP_DRAIN_SECONDS": "0",
        "APP_DATABASE_URL": str(database.url),
        "APP_DATABASE_OWNER_URL": str(database.owner_url),
        "APP_DATABASE_ADMIN_URL": str(database.admin_url),
        "APP_DATABASE_PGBOUNCER": str(database.pgbouncer).lower(),
        "PYTHONPATH": str(PROJECT / "src"),
    }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def _answers(server: Server, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(120), httpx.AsyncClient(timeout=60) as client:
        while True:
            assert process.returncode is None, server.log.read_text(encoding="utf-8")
            try:
                await client.get(f"http://127.0.0.1:{server.port}/health/live")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


def _request(person: Person | None) -> bytes:
    headers = {"Host": "test", **(person.headers if person else {})}
    lines = [f"GET {ME} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def _answer(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(line for line in head.splitlines() if line.startswith("content-length:"))
    told: dict[str, Any] = json.loads(await reader.readexactly(int(length.partition(":")[2])))
    return told


def _pair(person: Person) -> tuple[str, str]:
    return str(person.tenant_id), str(person.user_id)
