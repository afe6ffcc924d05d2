"""asyncpg's connections, whose BEGIN announces the tenant and whose COMMIT brings what it writes.

`BEGIN` and `SET LOCAL` travel with the first statement, and the setting ends with the transaction,
so a pooled connection never carries a tenant to its next user. What a commit writes for the house,
events and jobs, travels with `COMMIT`.

Values stand in the text of both: a UUID in the first, hex digits in the second, and nothing else.
"""

import re
from collections.abc import Sequence
from struct import pack
from typing import Any, cast
from uuid import UUID

import asyncpg

from app.database.compiled import Prepared
from app.database.tenancy import Context, setting_of

BIND_NOTHING = b"B" + pack("!i2x3h", 12, 0, 0, 0)
EXECUTE = b"E" + pack("!ixi", 9, 0)
OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
"""A migration changed a type after the statement was prepared. The driver has forgotten it now."""
VALUE = re.compile(r"decode\('[0-9a-f]*', 'hex'\)")


class DriverConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Begins each transaction with what was announced for it, and for no other."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.announced = ""
        self._prepared: dict[str, Any] = {}

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False, deferrable: bool = False
    ) -> "DriverTransaction":
        modes = [
            *([f"ISOLATION LEVEL {isolation.replace('_', ' ')}"] if isolation else []),
            *(["READ ONLY"] if readonly else []),
            *(["DEFERRABLE"] if deferrable else []),
        ]
        announced, self.announced = self.announced, ""
        begin = " ".join(["BEGIN", ", ".join(modes)])
        return DriverTransaction(self, [begin, announced] if announced else [begin])

    def is_in_transaction(self) -> bool:
        """A closed connection is in none; asyncpg cannot say so."""
        return not self.is_closed() and bool(super().is_in_transaction())

    async def fetch_after(self, ahead: Sequence[str], sql: str, values: Sequence[Any]) -> list[Any]:
        """The records of a statement, in one round trip with those `ahead`, which have no values.

        Nobody waits for them: their answers come with the statement's, and asyncpg takes them for
        parts of it.
        """
        self._transport.write(b"".join(map(_unawaited, ahead)))
        try:
            return cast(list[Any], await self.fetch(sql, *values))
        except Exception:
            if not self.is_closed() and not self.is_in_transaction():
                await self.execute("SELECT 1")  # a value did not fit: ask for what went ahead
            raise

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        """The statement with its value. It is prepared when this connection first needs it."""
        if statement.name not in self._prepared:
            made = await self.prepare(statement.sql, name=statement.name)
            self._prepared[statement.name] = made
        return f"EXECUTE {statement.name}({_bytea(value)})"


class PgBouncerConnection(DriverConnection):
    """One transaction may have another server than the next, and none knows a statement by name."""

    async def fetch_after(self, ahead: Sequence[str], sql: str, values: Sequence[Any]) -> list[Any]:
        """One after the other: nothing is expected of whoever stands in between."""
        await self.execute("; ".join(ahead))
        return cast(list[Any], await self.fetch(sql, *values))

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        return statement.sql.replace("$1", _bytea(value))


class DriverTransaction:
    """The three calls that SQLAlchemy makes of asyncpg's own transaction object."""

    def __init__(self, connection: DriverConnection, begin: Sequence[str]) -> None:
        self.connection = connection
        self.begin = begin
        self.at_commit: list[str] = []

    async def start(self) -> None:
        await self.connection.execute("; ".join(self.begin))

    async def commit(self) -> None:
        try:
            await self.connection.execute("; ".join([*self.at_commit, "COMMIT"]))
        except asyncpg.PostgresError:
            if self.connection.is_in_transaction():
                await self.rollback()  # it was not COMMIT that failed
            raise

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")


def announcement(context: Context) -> str:
    """What travels with BEGIN. Raises TypeError for an id that is none."""
    setting = setting_of(context)
    return f"SET LOCAL {setting[0]} = '{_uuid(setting[1])}'" if setting else ""


def _unawaited(sql: str) -> bytes:
    """Parse, Bind and Execute, without the Sync that asks for an answer.

    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
    """
    text = sql.encode()
    parse = b"P" + pack("!i", len(text) + 8) + b"\0" + text + b"\0\0\0"
    return parse + BIND_NOTHING + EXECUTE


def _uuid(value: UUID) -> str:
    if not isinstance(value, UUID):
        raise TypeError(f"a tenant's or a person's id is a UUID, not {type(value).__name__}")
    return str(value)


def _bytea(value: bytes) -> str:
    return f"decode('{bytes(value).hex()}', 'hex')"


def without_values(text: str) -> str:
    """For those who may know what was sent with COMMIT, and not about whom."""
    return VALUE.sub("$1", text)
