"""asyncpg's connection, which can send statements ahead of another one or with COMMIT.

`BEGIN` and `SET LOCAL` are sent ahead of the first statement, and the setting ends with the
transaction: a pooled connection never carries a tenant to its next user. What a unit of work writes
to the outbox and the queue is sent with `COMMIT`.

Both inline their values: UUIDs in the former, hex digits in the latter, and nothing else.
"""

import re
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import asyncpg

from app.database.compiled.statement import Prepared
from app.database.tenancy import Context, setting_of

from .uuids import decode, encode

VALUE = re.compile(r"decode\('[0-9a-f]*', 'hex'\)")


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Uses only asyncpg's public API, and no prepared statements, so it works behind PgBouncer."""

    joins_texts = True
    """Statements ahead are one text. Citus needs SET LOCAL as a message of its own."""

    async def read_plain_uuids(self) -> None:
        """Decode ids as `uuid.UUID` itself. Call it once per connection."""
        await self.set_type_codec(
            "uuid", schema="pg_catalog", encoder=encode, decoder=decode, format="binary"
        )

    async def send(self, ahead: Sequence[str], sql: str, values: Sequence[Any]) -> list[Any]:
        """Run the statements `ahead`, which have no values, then `sql`; return its records."""
        for each in ["; ".join(ahead)] if ahead and self.joins_texts else ahead:
            await self.execute(each)
        return cast(list[Any], await self.fetch(sql, *values)) if sql else []

    async def as_text(self, statement: Prepared, value: bytes) -> str:
        """Return the statement with its value inlined, for `commit`."""
        return statement.sql.replace("$1", as_bytea(value))

    async def commit(self, ahead: Sequence[str]) -> None:
        """Run the statements `ahead` and COMMIT together. Raises asyncpg.PostgresError.

        If an earlier statement of the transaction failed, PostgreSQL responds to COMMIT with
        ROLLBACK and no error: a caller that caught the earlier error would believe the rest was
        committed.
        """
        try:
            done = await self.execute("; ".join([*ahead, "COMMIT"]))
        except asyncpg.PostgresError:
            if self.is_in_transaction():  # a statement ahead failed, not COMMIT
                await self.rollback()
            raise
        if done != "COMMIT":
            raise asyncpg.InFailedSQLTransactionError("an earlier statement failed: rolled back")

    async def rollback(self) -> None:
        await self.execute("ROLLBACK")

    def is_in_transaction(self) -> bool:
        """Return False for a closed connection, for which asyncpg itself raises."""
        return not self.is_closed() and bool(super().is_in_transaction())


class ClusterConnection(Connection):
    joins_texts = False


def begin_sql(context: Context, isolation_level: str | None = None) -> list[str]:
    """Return BEGIN, and SET LOCAL for the context. Raises TypeError for ids that are not UUIDs."""
    level = [f"ISOLATION LEVEL {isolation_level.replace('_', ' ')}"] if isolation_level else []
    setting = setting_of(context)
    tenant = [f"SET LOCAL {setting[0]} = '{_uuid(setting[1])}'"] if setting else []
    return [" ".join(["BEGIN", *level]), *tenant]


def as_bytea(value: bytes) -> str:
    """Return the value as an SQL expression of hex digits."""
    return f"decode('{bytes(value).hex()}', 'hex')"


def without_values(text: str) -> str:
    """Replace inlined values by `$1`, for traces."""
    return VALUE.sub("$1", text)


def _uuid(value: UUID) -> str:
    if not isinstance(value, UUID):
        raise TypeError(f"a tenant's or a person's id is a UUID, not {type(value).__name__}")
    return str(value)
