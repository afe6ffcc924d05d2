"""A read replica, used only while it is known to lag less than a bound.

The primary's position in its log is remembered with the time at which it was read. A replica that
has replayed up to it lags no more than the time since then: clocks of other hosts and an idle
primary make no difference.
"""

import asyncio
from collections import deque
from math import inf
from time import monotonic
from typing import Any, NamedTuple

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.database.asyncpg.transaction import Transaction

log = structlog.get_logger(__name__)

SECONDS = 1.0
"""A measurement is used for this long, and may take as long."""

ITSELF = "system_identifier::text || ' ' || current_database() || ' ' || current_user AS itself"
PRIMARY = f"""
    SELECT pg_current_wal_flush_lsn() - '0/0' AS position, {ITSELF}
    FROM pg_control_system()
"""
REPLICA = f"""
    SELECT pg_last_wal_replay_lsn() - '0/0' AS position, {ITSELF}, pg_is_in_recovery() AS follows
    FROM pg_control_system()
"""
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError)


class Sample(NamedTuple):
    position: Any
    read_at: float


class Replica:
    """The engine of a replica, and whether it may be read from."""

    def __init__(self, engine: AsyncEngine, primary: AsyncEngine, *, lag_seconds: float) -> None:
        self.engine = engine
        self.primary = primary
        self.lag_seconds = lag_seconds
        self.trouble: str | None = None
        """The reason why it was not used after the last measurement."""
        self._samples: deque[Sample] = deque()
        self._measure_at = 0.0
        self._as_of = -inf

    async def is_current(self) -> bool:
        """True if it shows all that was committed `lag_seconds` ago.

        Measures at most once a second: one statement on each server. While a measurement runs,
        others rely on the one before.
        """
        if monotonic() >= self._measure_at:
            self._measure_at = monotonic() + min(SECONDS, self.lag_seconds / 2)
            await self._measure()
        return monotonic() - self._as_of < self.lag_seconds

    async def _measure(self) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                trouble = await self._compare()
        except AWAY as error:
            trouble = f"it does not answer ({type(error).__name__})"
        if trouble:
            self._as_of = -inf
        elif monotonic() - self._as_of >= self.lag_seconds:
            trouble = f"it lags more than {self.lag_seconds:g} s"
        if trouble != self.trouble:
            log.warning("replica.not_used", reason=trouble) if trouble else log.info("replica.used")
        self.trouble = trouble

    async def _compare(self) -> str | None:
        """Note how far the replica is; return why it may not be used at all."""
        read_at = monotonic()
        primary = await _ask(self.primary, PRIMARY)
        replica = await _ask(self.engine, REPLICA)
        if not replica["follows"]:
            return "it follows no primary"
        if replica["itself"] != primary["itself"]:
            return "it is no replica of this database, or logs in as another role"
        self._remember(Sample(primary["position"], read_at))
        while self._samples and self._samples[0].position <= replica["position"]:
            self._as_of = self._samples.popleft().read_at
        return None

    def _remember(self, sample: Sample) -> None:
        """Add the sample, and drop those that are too old to matter."""
        self._samples.append(sample)
        while self._samples[0].read_at < sample.read_at - self.lag_seconds:
            self._samples.popleft()


async def _ask(engine: AsyncEngine, question: str) -> Any:
    transaction = Transaction(engine.sync_engine, None)
    try:
        [answer] = await transaction.fetch_standalone(question, ())
    finally:
        await transaction.end()
    return answer
