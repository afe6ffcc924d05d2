"""A connection that writes to asyncpg's transport: one round trip where `Connection` needs two.

It is used for the versions of asyncpg with which it was tested, and for no other.
"""

from collections.abc import Sequence
from struct import pack
from typing import Any, cast

import asyncpg

from app.database.compiled.statement import Prepared

from .connection import Connection, as_bytea
from .uuids import OID, decode, encode

TESTED_VERSIONS = ("0.32.0",)
BIND_NOTHING = b"B" + pack("!i2x3h", 12, 0, 0, 0)
EXECUTE = b"E" + pack("!ixi", 9, 0)


class PipelinedConnection(Connection):
    """Sends statements without values ahead of another one, in its round trip."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepared: dict[str, Any] = {}  # asyncpg deallocates what nobody holds

    async def read_plain_uuids(self) -> None:
        """As `Connection.read_plain_uuids`, which asks the server for a type that we know."""
        settings = self._protocol.get_settings()
        settings.add_python_codec(OID, "uuid", "pg_catalog", [], "scalar", encode, decode, "binary")

    async def send(self, ahead: Sequence[str], sql: str, values: Sequence[Any]) -> list[Any]:
        """As `Connection.send`. The answers `ahead` arrive with the answer to `sql`: asyncpg reads
        them as parts of it."""
        if not (ahead and sql):
            return await super().send(ahead, sql, values)
        self._transport.write(b"".join(map(_without_sync, ahead)))
        try:
            return cast(list[Any], await self.fetch(sql, *values))
        except Exception:
            # A value that asyncpg could not encode was never sent: no answer has come yet to what
            # went ahead. The next statement would read it as its own, so ask for it here.
            if not self.is_closed() and not self.is_in_transaction():
                await self.execute("SELECT 1")
            raise

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        """As `Connection.as_text`; this connection prepares the statement at its first use."""
        if statement.name not in self._prepared:
            made = await self.prepare(statement.sql, name=statement.name)
            self._prepared[statement.name] = made
        return f"EXECUTE {statement.name}({as_bytea(value)})"


def is_tested() -> bool:
    """True if this version of asyncpg is one with which the pipelined connection was tested."""
    return asyncpg.__version__ in TESTED_VERSIONS


def _without_sync(sql: str) -> bytes:
    """Parse, Bind and Execute, without the Sync that asks for an answer.

    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
    """
    text = sql.encode()
    parse = b"P" + pack("!i", len(text) + 8) + b"\0" + text + b"\0\0\0"
    return parse + BIND_NOTHING + EXECUTE
