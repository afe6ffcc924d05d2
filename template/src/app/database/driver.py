"""asyncpg's connections, whose BEGIN announces the tenant and whose COMMIT brings what it writes.

`BEGIN` and `SET LOCAL` travel in one round trip, and the setting ends with the transaction, so a
pooled connection never carries a tenant to its next user. What a commit writes for the house,
events and jobs, travels with `COMMIT`.

Values stand in the text of both: a UUID in the first, hex digits in the second, and nothing else.
"""

import re
from typing import Any
from uuid import UUID

import asyncpg

from app.database.compiled import Prepared
from app.database.tenancy import Context, setting_of

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
        return DriverTransaction(self, f"BEGIN {', '.join(modes)}; {announced}")

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        """The statement with its value. It is prepared when this connection first needs it."""
        if statement.name not in self._prepared:
            made = await self.prepare(statement.sql, name=statement.name)
            self._prepared[statement.name] = made
        return f"EXECUTE {statement.name}({_bytea(value)})"


class PgBouncerConnection(DriverConnection):
    """One transaction may have another server than the next, and none knows a statement by name."""

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        return statement.sql.replace("$1", _bytea(value))


class DriverTransaction:
    """The three calls that SQLAlchemy makes of asyncpg's own transaction object."""

    def __init__(self, connection: DriverConnection, begin: str) -> None:
        self.connection = connection
        self.begin = begin
        self.at_commit: list[str] = []

    async def start(self) -> None:
        await self.connection.execute(self.begin)

    async def commit(self) -> None:
        try:
            await self.connection.execute("; ".join([*self.at_commit, "COMMIT"]))
        except asyncpg.PostgresError:
            if not self.connection.is_closed() and self.connection.is_in_transaction():
                await self.rollback()  # it was not COMMIT that failed
            raise

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")


def announcement(context: Context) -> str:
    """What travels with BEGIN. Raises TypeError for an id that is none."""
    setting = setting_of(context)
    return f"SET LOCAL {setting[0]} = '{_uuid(setting[1])}'" if setting else ""


def _uuid(value: UUID) -> str:
    if not isinstance(value, UUID):
        raise TypeError(f"a tenant's or a person's id is a UUID, not {type(value).__name__}")
    return str(value)


def _bytea(value: bytes) -> str:
    return f"decode('{bytes(value).hex()}', 'hex')"


def without_values(text: str) -> str:
    """For those who may know what was sent with COMMIT, and not about whom."""
    return VALUE.sub("$1", text)
