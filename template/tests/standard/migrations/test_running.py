"""Migrations on a database that others use: one process at a time, short waits, nothing blocked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database import online
from app.database.embedded import DatabaseUrls
from app.database.engine import create_engine
from app.database.schema.running import Patience, run_alone

SHORT = Patience(lock_seconds=0.1, tries=3, pause_seconds=0.1)
LONG = Patience(lock_seconds=0.1, tries=100, pause_seconds=0.05)
VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")


@asynccontextmanager
async def as_owner(urls: DatabaseUrls) -> AsyncIterator[AsyncConnection]:
    engine = create_engine(urls.owner_url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def make_table(connection: AsyncConnection) -> None:
    for statement in ("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (1)"):
        await connection.execute(text(statement))
    await connection.commit()


def migration(upgrade: Callable[[], None]) -> Callable[[Connection], None]:
    """Return what migrations/env.py would run, for one migration that is not in the chain."""

    def run(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            upgrade()

    return run


@migration
def add_column() -> None:
    op.execute("ALTER TABLE t ADD COLUMN IF NOT EXISTS b int")


@migration
def build_index() -> None:
    online.create_index("i", "t", ["a"])


@migration
def build_unique_index() -> None:
    online.create_index("i", "t", ["a"], unique=True)


@migration
def everything() -> None:
    op.execute("ALTER TABLE t ADD COLUMN IF NOT EXISTS b int")
    online.create_unique_constraint("u", "t", ["a", "b"])
    online.create_check_constraint("c", "t", "a > 0")
    online.create_foreign_key("f", "t", "o", ["b"], ["id"])
    online.set_not_null("t", "a")
    online.create_index("i", "t", ["b"])
    online.drop_index("i", "t")


class TestALock:
    async def test_of_others_is_waited_for_in_short_tries(self, scratch: DatabaseUrls) -> None:
        async with as_owner(scratch) as other:
            await make_table(other)
            await other.execute(text("LOCK TABLE t"))
            running = asyncio.create_task(run_alone(scratch.owner_url, add_column, LONG))
            await asyncio.sleep(0.5)  # any time: it may not end before the lock does
            assert not running.done()

            await other.rollback()
            await running

            assert await other.scalar(text("SELECT count(b) FROM t")) == 0

    async def test_that_stays_ends_in_a_sentence(self, scratch: DatabaseUrls) -> None:
        async with as_owner(scratch) as other:
            await make_table(other)
            await other.execute(text("LOCK TABLE t"))

            with pytest.raises(CommandError, match=r"3 tries of 0\.1 s: ALTER TABLE t") as refusal:
                await run_alone(scratch.owner_url, add_column, SHORT)

        assert "pg_stat_activity" in str(refusal.value)


class TestSeveralProcesses:
    async def test_migrate_one_after_the_other(self, scratch: DatabaseUrls) -> None:
        """If one waited within a statement, the concurrent index would wait for it."""
        async with as_owner(scratch) as other:
            await make_table(other)

            runs = [run_alone(scratch.owner_url, build_index, SHORT) for _ in range(4)]
            await asyncio.wait_for(asyncio.gather(*runs), 30)

            assert await other.scalar(VALID)


class TestOnline:
    async def test_index_that_broke_off_is_built_again(self, scratch: DatabaseUrls) -> None:
        async with as_owner(scratch) as other:
            await make_table(other)
            with pytest.raises(IntegrityError):
                await run_alone(scratch.owner_url, build_unique_index, SHORT)
            assert await other.scalar(VALID) is False
            await other.execute(text("DELETE FROM t"))
            await other.commit()

            await run_alone(scratch.owner_url, build_unique_index, SHORT)

            assert await other.scalar(VALID)

    async def test_index_is_built_while_others_write(self, scratch: DatabaseUrls) -> None:
        async with as_owner(scratch) as other:
            await make_table(other)
            await other.execute(text("UPDATE t SET a = 2"))

            running = asyncio.create_task(run_alone(scratch.owner_url, build_index, SHORT))
            await asyncio.sleep(0.3)  # before or while it waits
            await other.execute(text("INSERT INTO t VALUES (3)"))
            await other.commit()
            await running

            assert await other.scalar(VALID)

    async def test_can_run_again(self, scratch: DatabaseUrls) -> None:
        async with as_owner(scratch) as other:
            await other.execute(text("CREATE TABLE t (a int)"))
            await other.execute(text("CREATE TABLE o (id int PRIMARY KEY)"))
            await other.commit()

            for _ in range(2):
                await run_alone(scratch.owner_url, everything, SHORT)

            found = await other.execute(
                text(
                    "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 't'::regclass"
                )
            )
            assert {tuple(row) for row in found if "not_null" not in row[0]} == {
                ("c", True),
                ("f", True),
                ("u", True),
            }
