"""Oversized heads and too many connections, sent to a server with small limits."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.cli import _protocol
from app.cli._protocol import BoundedProtocol, _client
from app.config import HttpSettings
from tests.support.processes import free_port
from tests.support.queue import until

PUBLIC_URL = "https://api.example.com"
LIMITS = {"max_head_bytes": 4096, "head_seconds": 60, "max_connections": 6}
UNTRUSTED_PROXY = {"forwarded_allow_ips": ""}
"""These options make 127.0.0.1 a client, not a trusted proxy."""


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


class Wire:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self) -> tuple[int, str]:
        """Return the status, and all that the server sends before it closes the connection."""
        async with asyncio.timeout(30):
            said = (await self.reader.read()).decode()
        return (int(said.split()[1]), said) if said else (0, "")


@contextmanager
def limited(**limits: float) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_protocol, "_settings", lambda: HttpSettings(**{**LIMITS, **limits}))
        patch.setattr(_protocol, "_public_url", lambda: PUBLIC_URL)
        yield


async def _is_up(server: uvicorn.Server) -> bool:
    return server.started


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[int]:
    """Serve the app, and yield the port."""
    port = free_port()
    config = uvicorn.Config(
        hello, port=port, http=BoundedProtocol, lifespan="off", log_config=None, **options
    )
    server = uvicorn.Server(config)
    served = asyncio.create_task(server._serve())
    await until(lambda: _is_up(server), seconds=10)
    yield port
    server.should_exit = True
    await served


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


HEADER = b"X-More: " + b"x" * 90 + b"\r\n"
GET = b"GET / HTTP/1.1\r\nHost: test\r\n"


class TestAHead:
    @pytest.mark.parametrize(
        ("status", "sent"),
        [
            (431, GET + HEADER * 60 + b"\r\n"),
            (431, GET + b"X: " + b"x" * 9000),
            (431, GET + b"x" * 9000),
            (431, GET + b"A: b\r\n" * 101 + b"\r\n"),
            (414, b"GET /" + b"x" * 17_000 + b" HTTP/1.1\r\n\r\n"),
            (414, b"GET /?" + b"x" * 17_000),
            (400, b"nonsense\r\n\r\n"),
        ],
    )
    async def test_without_end_is_refused_with_a_problem(self, status: int, sent: bytes) -> None:
        limits = limited(max_head_bytes=4096 if status == 431 else 65536)
        with limits, capture_logs() as lines:
            async with serving() as port, connected(port) as wire:
                await wire.send(sent)

                found, said = await wire.hear()

        headers, _, body = said.partition("\r\n\r\n")
        assert found == status
        assert "content-type: application/problem+json" in headers
        problem = json.loads(body)
        assert problem["status"] == status
        assert problem["type"].startswith(f"{PUBLIC_URL}/errors/")
        assert problem["instance"] == ("/" if sent.startswith(GET) else "")
        assert f"x-trace-id: {problem['trace_id']}\r\n" in f"{headers}\r\n"
        [line] = [each for each in lines if each["event"] == "request.refused"]
        assert (line["trace_id"], line["status"]) == (problem["trace_id"], status)

    async def test_that_is_refused_keeps_its_trace_and_language(self) -> None:
        sent = GET + b"Traceparent: 00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01\r\n"
        with limited():
            async with serving() as port, connected(port) as wire:
                await wire.send(sent + b"Accept-Language: de\r\n" + HEADER * 60)

                _, said = await wire.hear()

        problem = json.loads(said.partition("\r\n\r\n")[2])
        assert problem["trace_id"] == "a" * 32
        assert problem["title"] == "Kopf der Anfrage zu groß"

    @pytest.mark.parametrize("sent", [b"G", GET, GET + b"X: y", b"\r\n"])
    async def test_that_does_not_come_to_its_end_is_given_up(self, sent: bytes) -> None:
        with limited(head_seconds=0.3):  # any: no head comes
            async with serving() as port, connected(port) as wire:
                await wire.send(sent)

                found, _ = await wire.hear()

        assert found == (408 if sent.strip() else 0)

    async def test_that_never_begins_is_not_waited_for(self) -> None:
        with limited(head_seconds=0.3):  # any: no head comes
            async with serving() as port, connected(port) as wire:
                assert await wire.hear() == (0, "")

    async def test_is_counted_anew_for_each_request(self) -> None:
        with limited():
            async with serving() as port, connected(port) as wire:
                for _ in range(30):
                    await wire.send(GET + HEADER * 5 + b"\r\n")
                    assert b"HTTP/1.1 200" in await wire.reader.readuntil(b"hello")

    async def test_may_be_as_long_as_the_limit(self) -> None:
        with limited():
            async with serving() as port, connected(port) as wire:
                await wire.send(GET + HEADER * 35 + b"Connection: close\r\n\r\n")

                assert (await wire.hear())[0] == 200


class TestConnections:
    async def test_of_one_client_are_bounded(self) -> None:
        with limited(max_connections_per_client=2):
            async with serving(**UNTRUSTED_PROXY) as port, connected(port), connected(port):
                async with connected(port) as third:
                    status, said = await third.hear()

                assert (status, "retry-after: 1" in said) == (503, True)

    async def test_that_end_free_a_slot(self) -> None:
        with limited(max_connections_per_client=1):
            async with serving(**UNTRUSTED_PROXY) as port:
                for _ in range(5):
                    async with connected(port) as wire:
                        await wire.send(GET + b"Connection: close\r\n\r\n")
                        assert (await wire.hear())[0] == 200
        assert not BoundedProtocol.clients

    async def test_of_all_are_bounded(self) -> None:
        with limited(max_connections=1):
            async with serving() as port, connected(port), connected(port) as second:
                assert (await second.hear())[0] == 503

    def test_of_a_proxy_are_not_those_of_a_client(self) -> None:
        assert _client(("10.1.2.3", 1), "127.0.0.1,10.0.0.0/8") == ""
        assert _client(("11.1.2.3", 1), "127.0.0.1,10.0.0.0/8") == "11.1.2.3"
        assert _client(("11.1.2.3", 1), ["*"]) == ""
        assert _client(None, None) == ""
