"""A proxy for PostgreSQL's protocol that counts how often the app waits for the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

READY = b"Z"


class Wire:
    """Counts `round_trips`, each of which ends with the server's ReadyForQuery message."""

    def __init__(self, server: Path) -> None:
        self.server = server
        self.round_trips = 0

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(str(self.server))
        asking = asyncio.create_task(_pass_on(reader, questions))
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._pass_message_on(answers, writer)
        asking.cancel()
        questions.close()
        writer.close()

    async def _pass_message_on(
        self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await answers.readexactly(5)
        body = await answers.readexactly(int.from_bytes(head[1:]) - 4)
        self.round_trips += head[:1] == READY
        writer.write(head + body)


@asynccontextmanager
async def tapped(url: str, folder: Path) -> AsyncIterator[tuple[str, Wire]]:
    """Yield the URL of the proxy, and the proxy."""
    address = make_url(url)
    socket = f".s.PGSQL.{address.query['port']}"
    wire = Wire(Path(str(address.query["host"])) / socket)
    server = await asyncio.start_unix_server(wire.join, folder / socket)
    async with server:
        yield (
            address.set(query={**address.query, "host": str(folder)}).render_as_string(False),
            wire,
        )


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()
