"""Cache of the revocations in each process, so that requests need no query."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.database.asyncpg.transaction import Transaction

from ._revocations import CHANNEL, Revoked, read_notification, read_revoked, refusal_of

log = structlog.get_logger(__name__)

ALL = "SELECT id, reason, except_role FROM revocations WHERE expires_at > now()"
SOME = f"{ALL} AND id = ANY($1::uuid[])"
LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError)
SECONDS_BEFORE_RECONNECT = 1


class RevocationCache:
    """Receives each committed revocation through NOTIFY, and rereads the whole list regularly.

    The cache is trusted for `seconds` after the start of its last read. Each request queries the
    table while the cache is older (the connection is lost, or was never made, as in tests), and
    always if `seconds` is 0. So no revocation is missed for longer than `seconds`, even if
    notifications are lost.
    """

    def __init__(self, engine: AsyncEngine, *, seconds: float, listens: bool = True) -> None:
        self.engine = engine
        self.seconds = seconds
        self.listens = listens
        self._known: dict[UUID, Revoked | None] = {}
        self._received: dict[UUID, Revoked | None] = {}
        self._trusted_until = 0.0
        self._lost = asyncio.Event()

    @property
    def is_current(self) -> bool:
        return monotonic() < self._trusted_until

    async def refusal(self, ids: Sequence[UUID | None], *, role: str | None) -> str | None:
        """Return why a token with these ids and this role is refused, as a sentence, or None."""
        revoked = self._known if self.is_current else await self._ask(ids)
        return refusal_of(ids, role, revoked)

    @asynccontextmanager
    async def kept_current(self) -> AsyncIterator[None]:
        """Keep the cache up to date while the block runs, such as for a server's lifetime."""
        if not self.seconds:
            yield
            return
        watching = asyncio.create_task(self._keep_reading(), name="revocations")
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            self._mark_stale()

    async def _ask(self, ids: Sequence[UUID | None]) -> dict[UUID, Revoked]:
        transaction = Transaction(self.engine.sync_engine, None)
        try:
            rows = await transaction.fetch(SOME, [[row_id for row_id in ids if row_id]])
        finally:
            await transaction.end()
        return {row["id"]: read_revoked(row) for row in rows}

    async def _keep_reading(self) -> None:
        while True:
            try:
                async with self._connected() as connection:
                    await self._read_repeatedly(connection)
            except LOST as error:
                self._mark_stale()
                log.warning("revocations.connection_lost", error=type(error).__name__)
                await asyncio.sleep(SECONDS_BEFORE_RECONNECT)

    async def _read_repeatedly(self, connection: asyncpg.Connection) -> None:
        while not connection.is_closed():
            # A read that takes longer than `seconds` would already be outdated; reread at half the
            # time, so that one slow read does not let the cache expire.
            async with asyncio.timeout(self.seconds):
                await self._read(connection)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), self.seconds / 2)
        raise ConnectionError

    async def _read(self, connection: asyncpg.Connection) -> None:
        """Read the list. Notifications received while the query runs are newer than its result."""
        began = monotonic()
        self._received.clear()
        rows = await connection.fetch(ALL)
        self._known = {**{row["id"]: read_revoked(row) for row in rows}, **self._received}
        self._trusted_until = began + self.seconds

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        """Yield a connection detached from the engine's pool, to be kept as long as it lives."""
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await connection.run_sync(Connection.detach)
            self._lost.clear()
            driver.add_termination_listener(lambda _: self._lost.set())
            if self.listens:
                await driver.add_listener(CHANNEL, self._on_notification)
            yield driver

    def _on_notification(self, _: Any, __: int, ___: str, payload: str) -> None:
        row_id, revoked = read_notification(payload)
        self._known[row_id] = self._received[row_id] = revoked

    def _mark_stale(self) -> None:
        self._trusted_until = 0.0
