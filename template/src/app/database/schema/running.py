"""Run Alembic on a database that others use: one process at a time, with short waits for locks.

A statement that waits for a lock on a table makes everybody else wait behind it. So each waits a
few seconds only (lock_timeout); then its migration is rolled back and tried again, later.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

PATIENCE = "patience"
"""The attribute of Alembic's configuration that holds a Patience."""

TURN = text("SELECT pg_try_advisory_lock(hashtext('migrations'))")
TURN_SECONDS = 0.5
LOCKED = ("55P03", "40P01")
"""SQLSTATEs of lock_not_available and deadlock_detected."""

log = logging.getLogger("alembic.runtime.migration")


@dataclass(frozen=True)
class Patience:
    """Settings of a migration: seconds to wait for a lock, tries, and the pause between tries."""

    lock_seconds: float = 5
    tries: int = 20
    pause_seconds: float = 5


async def run_alone(url: str, run: Callable[[Connection], None], patience: Patience) -> None:
    """Run Alembic's part when no other process migrates this database. Raises CommandError."""
    settings = {"lock_timeout": f"{round(patience.lock_seconds * 1000)}"}
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"server_settings": settings}
    )
    async with engine.connect() as connection:
        await _wait_for_turn(connection)
        await _try_often(connection, run, patience)


async def _wait_for_turn(connection: AsyncConnection) -> None:
    """Ask again and again: a statement that waited would itself hold up concurrent indexes."""
    said = False
    while not await connection.scalar(TURN):
        await connection.commit()
        if not said:
            log.warning("Another process migrates this database: waiting until it is done.")
            said = True
        await asyncio.sleep(TURN_SECONDS)
    await connection.commit()


async def _try_often(
    connection: AsyncConnection, run: Callable[[Connection], None], patience: Patience
) -> None:
    for attempt in range(1, patience.tries + 1):
        try:
            await connection.run_sync(run)
            return
        except DBAPIError as error:
            await connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in LOCKED:
                raise
            if attempt == patience.tries:
                raise CommandError(_sentence(error, patience)) from error
            log.warning("A table is locked by others: try %d of %d.", attempt, patience.tries)
            await asyncio.sleep(patience.pause_seconds)


def _sentence(error: DBAPIError, patience: Patience) -> str:
    statement = " ".join((error.statement or "").split())
    return (
        f"Others hold a lock that a migration needs, after {patience.tries} tries of"
        f" {patience.lock_seconds:g} s: {statement}\nThe migrations before it are done; of this one"
        " nothing is, unless it uses app.database.online. Find who holds the lock (SELECT pid,"
        " state, xact_start, query FROM pg_stat_activity ORDER BY xact_start), and run it again:"
        " app migrate"
    )
