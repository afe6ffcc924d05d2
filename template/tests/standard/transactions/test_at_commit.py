"""Statements sent with COMMIT are written together with the rows, or not at all."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.runtime import Runtime
from app.database.compiled.statement import prepared
from app.database.session import open_session
from tests.support.notes import Note, NoteRepository, names
from tests.support.people import Person

from .connections import PID, behind_pgbouncer, checked_out, kill, pid_in_pool

RENAME = prepared(
    "rename",
    text("UPDATE test_notes SET name = convert_from(:name, 'UTF8')").execution_options(
        raw_sql="row security limits it"
    ),
)
SLEEP = prepared(
    "sleep",
    text("SELECT pg_sleep(CAST(convert_from(:seconds, 'UTF8') AS int))").execution_options(
        raw_sql="waits"
    ),
)


class TestAtCommit:
    async def test_is_written_in_the_order_of_the_calls(
        self, runtime: Runtime, owner: Person
    ) -> None:
        session = open_session(runtime.database.rw, owner.context)
        made = await NoteRepository(session).create(name="first")
        for name in (b"second", b"third"):
            await session.at_commit(RENAME, name)
        assert await names(runtime, owner) == set()

        await session.commit()

        assert await names(runtime, owner) == {"third"}
        assert made.name == "first"

    async def test_takes_part_in_a_commit_of_the_orm(self, runtime: Runtime, owner: Person) -> None:
        async with open_session(runtime.database.rw, owner.context) as session, session.orm.begin():
            session.add(Note(name="first"))
            await session.at_commit(RENAME, b"second")

        assert await names(runtime, owner) == {"second"}

    async def test_is_dropped_with_a_rollback(self, runtime: Runtime, owner: Person) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await session.at_commit(RENAME, b"never")
        await session.rollback()
        await NoteRepository(session).create(name="first")
        await session.commit()

        assert await names(runtime, owner) == {"first"}

    @pytest.mark.parametrize(
        "name", ["'); DROP TABLE test_notes; --", "\\' $1 $$ :name %s", "ä\n☃"]
    )
    async def test_is_never_read_as_sql(self, runtime: Runtime, owner: Person, name: str) -> None:
        async with behind_pgbouncer(runtime) as another:
            for engine in (runtime.database.rw, another):
                session = open_session(engine, owner.context)
                await NoteRepository(session).create(name="first")
                await session.at_commit(RENAME, name.encode())
                await session.commit()

                assert await names(runtime, owner) == {name}

    async def test_that_fails_takes_all_of_it_back(self, runtime: Runtime, owner: Person) -> None:
        pid = await pid_in_pool(runtime, owner)
        session = open_session(runtime.database.rw, owner.context)
        await NoteRepository(session).create(name="lost")
        await session.at_commit(RENAME, b"x" * 500)

        with pytest.raises(DBAPIError, match="too long"):
            await session.commit()

        assert checked_out(runtime) == 0
        assert await pid_in_pool(runtime, owner) == pid
        assert await names(runtime, owner) == set()

    async def test_that_is_cancelled_leaves_no_transaction_behind(
        self, runtime: Runtime, owner: Person
    ) -> None:
        session = open_session(runtime.database.rw, owner.context)
        await NoteRepository(session).create(name="lost")
        pid = await session.scalar(PID)
        await session.at_commit(SLEEP, b"9")
        committing = asyncio.create_task(session.commit())
        await asyncio.sleep(0.1)  # either before or while it runs

        committing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await committing
        kill(pid)  # else it sleeps on, and its lock keeps the table from later tests

        assert checked_out(runtime) == 0
        assert await names(runtime, owner) == set()
