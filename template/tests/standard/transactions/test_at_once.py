"""A session runs one statement at a time; a concurrent one is refused and harms nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError, PendingRollbackError, SQLAlchemyError

from app.core.runtime import Runtime
from app.database.session import TenantSession, open_session
from tests.support.notes import NoteRepository, names
from tests.support.people import Person
from tests.support.queue import until
from tests.support.servers import server

from .connections import checked_out, database

ROUNDS = 80
TENANT = text("SELECT current_setting('app.tenant_id')").execution_options(raw_sql="a setting")
IN_TRANSACTION = """
    SELECT query FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""
WRONG: Any = 7
WAYS: Sequence[Callable[[TenantSession], Awaitable[Any]]] = (
    lambda session: NoteRepository(session).list(limit=5),
    lambda session: NoteRepository(session).create(name="made"),
    lambda session: NoteRepository(session).create(name=WRONG),
    lambda session: session.scalar(TENANT),
    lambda session: session.transaction.begin(),
)


async def test_the_second_of_two_is_refused(runtime: Runtime, owner: Person) -> None:
    for _ in range(2):  # the second time, the connection has already prepared the statement
        session = open_session(runtime.database.rw, owner.context)
        notes = NoteRepository(session)

        first, second = await asyncio.gather(
            notes.create(name="first"), notes.create(name="second"), return_exceptions=True
        )
        await session.commit()

        assert not isinstance(first, BaseException)
        assert isinstance(second, InvalidRequestError)
    assert await names(runtime, owner) == {"first"}


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
async def test_no_connection_keeps_a_transaction(
    runtime: Runtime, owner: Person, rival: Person, seed: int
) -> None:
    """This holds for the tenant too, after concurrent, wrong or cancelled statements."""
    random = Random(seed)
    with server().superuser(database(runtime)) as connection:
        for _ in range(ROUNDS):
            session = open_session(runtime.database.rw, random.choice([owner, rival]).context)
            await ask_at_once(session, random)

            await until(lambda: nobody_is_in_transaction(connection), seconds=30)
            assert checked_out(runtime) == 0
            assert await tenant_of(runtime, owner) == str(owner.tenant_id)
            assert await tenant_of(runtime, rival) == str(rival.tenant_id)


async def nobody_is_in_transaction(connection: Connection[Any]) -> bool:
    """PostgreSQL takes a moment to notice a closed connection."""
    return connection.execute(IN_TRANSACTION).fetchall() == []


async def ask_at_once(session: TenantSession, random: Random) -> None:
    async def ask(seconds: float) -> None:
        await asyncio.sleep(seconds)  # mixes the order
        await random.choice(WAYS)(session)

    times = [random.choice([0, 0, 0.0005, 0.001]) for _ in range(random.choice([2, 3]))]
    tasks = [asyncio.create_task(ask(seconds)) for seconds in times]
    if random.random() < 0.3:
        await asyncio.sleep(random.choice([0, 0.0007]))  # mixes the order
        random.choice(tasks).cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    expected = (SQLAlchemyError, asyncio.CancelledError, type(None))
    assert all(isinstance(answer, expected) for answer in answers), answers
    try:
        await (session.commit() if random.random() < 0.5 else session.rollback())
    except PendingRollbackError:  # the connection was lost with its transaction
        await session.rollback()


async def tenant_of(runtime: Runtime, person: Person) -> str:
    async with open_session(runtime.database.rw, person.context) as session:
        return str(await session.scalar(TENANT))
