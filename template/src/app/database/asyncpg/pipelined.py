"""A connection that writes to asyncpg's transport, to save a round trip.

It relies on asyncpg's private API, so it is used only with the versions that it was tested with.
"""

from collections.abc import Sequence
from struct import pack
from typing import Any, cast

import asyncpg
from asyncpg import Record

from app.database.compiled.statement import Prepared

from .connection import Connection, as_bytea
from .errors import OUTDATED
from .uuids import OID, decode, encode

TESTED_VERSIONS = ("0.32.0",)
BIND_NOTHING = b"B" + pack("!i2x3h", 12, 0, 0, 0)
EXECUTE = b"E" + pack("!ixi", 9, 0)


class PipelinedConnection(Connection):
    """Sends statements without values ahead of another one, in the same round trip."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepared: dict[str, Any] = {}  # asyncpg deallocates unreferenced statements

    async def read_plain_uuids(self) -> None:
        """Set the codec without asking the server for a type that is known."""
        settings = self._protocol.get_settings()
        settings.add_python_codec(OID, "uuid", "pg_catalog", [], "scalar", encode, decode, "binary")

    async def send(self, ahead: Sequence[str], sql: str, values: Sequence[Any]) -> list[Any]:
        """Send as `Connection.send` does, in one round trip.

        Without Sync, asyncpg reads the results of all statements as those of the last one.
        """
        if not sql:
            return await super().send(ahead, sql, values)
        if ahead:
            self._transport.write(b"".join(map(_without_sync, ahead)))
        try:
            return await self._run(sql, values)
        except Exception:
            # If asyncpg could not encode a value, it sent nothing, and the results of the
            # statements ahead are still outstanding. The next statement would read them as its own,
            # so consume them here.
            if ahead and not self.is_closed() and not self.is_in_transaction():
                await self.execute("SELECT 1")
            raise

    async def _run(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Run a statement that is prepared as `fetch` does, without its five layers."""
        statement = self._stmt_cache.get((sql, Record, False))
        if statement is None or self._query_loggers or self.is_closed():
            return cast(list[Any], await self.fetch(sql, *values))
        try:
            with self._stmt_exclusive_section:
                found = await self._protocol.bind_execute(statement, values, "", 0, False, None)
                return cast(list[Any], found)
        except OUTDATED:
            await self.reload_schema_state()
            raise

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        """Prepare the statement at its first use; otherwise as `Connection.as_text`."""
        if statement.name not in self._prepared:
            made = await self.prepare(statement.sql, name=statement.name)
            self._prepared[statement.name] = made
        return f"EXECUTE {statement.name}({as_bytea(value)})"


class PipelinedClusterConnection(PipelinedConnection):
    joins_texts = False


class PooledPipelinedConnection(PipelinedConnection):
    """Works with PgBouncer, which tracks statements prepared by messages, not those of SQL."""

    joins_texts = False

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        return await Connection.as_text(self, statement, value)


def is_tested() -> bool:
    """True if this version of asyncpg was tested with the pipelined connection."""
    return asyncpg.__version__ in TESTED_VERSIONS


def _without_sync(sql: str) -> bytes:
    """Return Parse, Bind and Execute without Sync, so that the server does not respond yet.

    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
    """
    text = sql.encode()
    parse = b"P" + pack("!i", len(text) + 8) + b"\0" + text + b"\0\0\0"
    return parse + BIND_NOTHING + EXECUTE
