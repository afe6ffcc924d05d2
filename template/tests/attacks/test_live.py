"""A real process that gets large, slow or expensive requests still serves others."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings
from app.core.runtime import Runtime
from tests.isolation.routes import Route, find_routes
from tests.support.people import create_tenant
from tests.support.processes import free_port, running, until_up

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("server.py")
LIVE = "/health/live"
LONGEST = 0.2
"""Seconds, added to what the same process takes at the same time if nobody attacks it."""
MEGABYTE = 1_000_000
ACCENTS = "\u0301\u0316"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
PARTS = {"content-type": "multipart/form-data; charset=punycode; boundary=X"}

BODIES: tuple[tuple[dict[str, str], bytes], ...] = (
    (JSON, b"{" + b",".join(b'"x%d":1' % number for number in range(120_000)) + b"}"),
    (JSON, b"{" + b",".join(b'"x%d":1' % number for number in range(20_000)) + b"}"),
    (JSON, b"[" * MEGABYTE),
    (JSON, b"[" + b"[]," * 600_000 + b"[]]"),
    (JSON, b'{"name": "' + b"[{," * 600_000 + b'"}'),
    (JSON, b'{"password": "' + (ACCENTS * 200_000).encode() + b'"}'),
    (JSON, b'{"name": ' + b"9" * MEGABYTE + b"}"),
    (JSON, b"[" + b",".join([b"1" * 299] * 6000) + b"]"),
    (JSON, b'"' * (2 * MEGABYTE)),
    (JSON, b'{"full_name": "' + b"x\\n" * 600_000 + b'"}'),
    (JSON, b'{"name": "' + b"\\ud83d" * 300_000 + b'"}'),
    (JSON, b'"' + b"\\" * (2 * MEGABYTE)),
    (FORM, b"username=a&password=" + b"%CC%81%CC%96" * 80_000),
    (FORM, b"&".join(b"x%d=" % number for number in range(200_000))),
    (PARTS, b'--X\r\nContent-Disposition: form-data; name="username-"\r\n\r\n' + b"b-" * 400_000),
)
QUERIES = ("cursor=" + "W" * 15_000, "&".join(f"x{number}=" for number in range(3000)))


async def test_others_are_answered_meanwhile(
    settings: Settings, runtime: Runtime, app: FastAPI
) -> None:
    """Twins are probed in the same moments: what both are late is the machine's fault."""
    port, calm_port = free_port(), free_port()
    person = await create_tenant(runtime)
    limits = {"APP_LIMITS_LOGIN": "off", "APP_HTTP_HEAD_SECONDS": "2"}
    with (
        running(PROGRAM, port, settings, **limits) as server,
        running(PROGRAM, calm_port, settings, **limits) as calm_server,
    ):
        async with (
            _client(port, person.headers) as attacker,
            _client(port) as neighbour,
            _client(calm_port) as calm,
        ):
            await until_up(neighbour, server)
            await until_up(calm, calm_server)
            late = [
                f"{route}: {slowest:.2f} s, unattacked {unattacked:.2f} s"
                for route in find_routes(app)
                for slowest, unattacked in await _late(neighbour, calm, attacker, route)
            ]

        assert server.poll() is None
    assert late == []


def _client(port: int, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)


async def _late(
    neighbour: httpx.AsyncClient,
    calm: httpx.AsyncClient,
    attacker: httpx.AsyncClient,
    route: Route,
) -> list[tuple[float, float]]:
    """Return the slowest requests if they are too slow in each of three attacks."""
    found = []
    for _ in range(3):
        attack = asyncio.create_task(_attack(attacker, route))
        requests = [(0.0, 0.0)]
        while not attack.done():
            requests.append(await asyncio.gather(_seconds(neighbour), _seconds(calm)))
            await asyncio.sleep(0.01)
        await attack
        slowest, unattacked = (max(seconds) for seconds in zip(*requests, strict=True))
        if slowest <= LONGEST + unattacked:
            return []
        found.append((slowest, unattacked))
    return found


async def _attack(client: httpx.AsyncClient, route: Route) -> None:
    path = route.path.replace("{", "").replace("}", "")
    async with _slow_clients(client.base_url.port or 0, f"{route.method} {path}"):
        for query in QUERIES:
            answer = await client.request(route.method, f"{path}?{query}")
            assert answer.status_code < 500, (route, answer.text)
        for headers, body in BODIES if route.body else ():
            answer = await client.request(route.method, path, content=body, headers=headers)
            assert answer.status_code < 500, (route, answer.text)


async def _seconds(client: httpx.AsyncClient) -> float:
    began = perf_counter()
    answer = await client.get(LIVE)
    assert answer.status_code == 200
    return perf_counter() - began


@asynccontextmanager
async def _slow_clients(port: int, line: str) -> AsyncIterator[None]:
    """Open twenty requests that never end: no head, half a head, half a body."""
    writers = []
    for sent in _halves(line):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writers.append(writer)
    try:
        yield
    finally:
        for writer in writers:
            writer.close()


def _halves(line: str) -> Iterator[bytes]:
    half = f"{line} HTTP/1.1\r\nHost: test\r\n".encode()
    body = half + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
    for _ in range(5):
        yield from (b"", half, half + b"X: " + b"x" * 60_000, body)
