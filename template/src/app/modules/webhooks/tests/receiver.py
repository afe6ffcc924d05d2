"""A real HTTP server on loopback: it records requests, and answers as told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

from standardwebhooks import Webhook


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    def is_signed_with(self, secret: str) -> bool:
        """Raises WebhookVerificationError."""
        Webhook(secret).verify(self.body, self.headers)
        return True


@dataclass
class Receiver:
    status: int = 204
    extra: str = ""
    hangs: bool = False
    port: int = 0
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = (line.partition(": ") for line in head.split("\r\n")[1:] if line)
        headers = {name.lower(): value for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received(headers, body))
        if self.hangs:
            await asyncio.sleep(30)
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n{self.extra}\r\n".encode())
        writer.close()


@asynccontextmanager
async def receiving(
    tls: SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    server.close()
