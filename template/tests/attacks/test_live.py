"""A real process that gets large, slow or expensive requests still serves others."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

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
"""Counted in seconds; a slow machine may take a multiple of its time without an attack."""
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
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    person = await create_tenant(runtime)
    limits = {"APP_LIMITS_LOGIN": "off", "APP_HTTP_HEAD_SECONDS": "2"}
    with running(PROGRAM, port, settings, **limits) as server:
        async with (
            httpx.AsyncClient(base_url=url, headers=person.headers, timeout=60) as attacker,
            httpx.AsyncClient(base_url=url, timeout=60) as neighbour,
        ):
            await until_up(neighbour, server)
            quiet = max([await _seconds(neighbour) for _ in range(50)])
            async with _slow_clients(port):
                slowest = await _slowest(neighbour, _attack(attacker, find_routes(app)))

        assert server.poll() is None
    assert slowest < max(LONGEST, 10 * quiet), f"{slowest:.2f} s, quiet {quiet:.2f} s"


async def _attack(client: httpx.AsyncClient, routes: list[Route]) -> None:
    for route in routes:
        path = route.path.replace("{", "").replace("}", "")
        for query in QUERIES:
            answer = await client.request(route.method, f"{path}?{query}")
            assert answer.status_code < 500, (route, answer.text)
        for headers, body in BODIES if route.body else ():
            answer = await client.request(route.method, path, content=body, headers=headers)
            assert answer.status_code < 500, (route, answer.text)


async def _slowest(client: httpx.AsyncClient, attack: Any) -> float:
    """Return the slowest of the neighbour's consecutive requests during the attack."""
    attacking = asyncio.create_task(attack)
    slowest = 0.0
    while not attacking.done():
        slowest = max(slowest, await _seconds(client))
        await asyncio.sleep(0.01)
    await attacking
    return slowest


async def _seconds(client: httpx.AsyncClient) -> float:
    began = perf_counter()
    answer = await client.get(LIVE)
    assert answer.status_code == 200
    return perf_counter() - began


@asynccontextmanager
async def _slow_clients(port: int) -> AsyncIterator[None]:
    """Open two hundred requests that never end: no head, half a head, half a body."""
    writers = []
    for sent in _halves():
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writers.append(writer)
    try:
        yield
    finally:
        for writer in writers:
            writer.close()


def _halves() -> Iterator[bytes]:
    half = b"POST /api/v1/auth/register HTTP/1.1\r\nHost: test\r\n"
    body = half + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
    for _ in range(50):
        yield from (b"", half, half + b"X: " + b"x" * 60_000, body)
