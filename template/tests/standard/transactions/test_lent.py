"""A connection that is lent for one statement is always returned, as SQLAlchemy's own would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InvalidRequestError

from app.core.runtime import Runtime
from app.database.asyncpg import pool
from app.database.asyncpg.pool import Lent, checkin, checkout
from app.database.session import TenantSession, open_session
from tests.support.fast_paths import needs_fast_paths
from tests.support.notes import NoteRepository, names
from tests.support.people import Person

from .connections import checked_out, kill, pid_in_pool

pytestmark = needs_fast_paths


@pytest.fixture
def session(runtime: Runtime, owner: Person) -> TenantSession:
    return open_session(runtime.database.rw, owner.context)


async def lent(runtime: Runtime) -> Any:
    return await checkout(runtime.database.rw.sync_engine, for_one_statement=True)


async def test_it_has_no_proxy(runtime: Runtime, owner: Person) -> None:
    await names(runtime, owner)  # the pool has a connection
    found = await lent(runtime)

    assert isinstance(found, Lent)
    assert checked_out(runtime) == 1
    checkin(runtime.database.rw.sync_engine, found)
    assert checked_out(runtime) == 0


async def test_it_is_returned_after_a_refused_statement(
    session: TenantSession, runtime: Runtime
) -> None:
    with pytest.raises(DBAPIError):
        await session.transaction.fetch_standalone("SELECT 1 / $1::int", [0])

    assert checked_out(runtime) == 0
    assert not session.is_open


async def test_it_is_returned_after_a_value_that_does_not_fit(
    session: TenantSession, runtime: Runtime
) -> None:
    with pytest.raises(DBAPIError):
        await session.transaction.fetch_standalone("SELECT $1::int", ["text"])

    assert checked_out(runtime) == 0


async def test_a_dead_one_is_replaced(
    session: TenantSession, runtime: Runtime, owner: Person
) -> None:
    kill(await pid_in_pool(runtime, owner))

    assert await NoteRepository(session).list(limit=1) is not None
    assert checked_out(runtime) == 0


async def test_one_that_was_invalidated_is_replaced(
    session: TenantSession, runtime: Runtime, owner: Person
) -> None:
    await names(runtime, owner)
    pooled = await checkout(runtime.database.rw.sync_engine)
    pooled.invalidate()

    assert await NoteRepository(session).list(limit=1) is not None
    assert checked_out(runtime) == 0


@pytest.mark.parametrize("error", [DisconnectionError, InvalidRequestError])
async def test_it_is_returned_if_a_listener_refuses_it(
    runtime: Runtime, owner: Person, error: type[Exception]
) -> None:
    await names(runtime, owner)
    refuse = _refusing(error)
    event.listen(runtime.database.rw.sync_engine, "checkout", refuse)
    try:
        if error is DisconnectionError:
            checkin(runtime.database.rw.sync_engine, await lent(runtime))
        else:
            with pytest.raises(error):
                await lent(runtime)
    finally:
        event.remove(runtime.database.rw.sync_engine, "checkout", refuse)

    assert checked_out(runtime) == 0


async def test_it_is_sqlalchemys_own_with_another_version(
    session: TenantSession, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "KNOWS_POOL", False)

    found = await lent(runtime)
    assert not isinstance(found, Lent)
    checkin(runtime.database.rw.sync_engine, found)
    assert await NoteRepository(session).list(limit=1) is not None


async def test_the_pool_tells_of_it(
    session: TenantSession, runtime: Runtime, owner: Person
) -> None:
    await names(runtime, owner)
    told: list[str] = []
    with _listening(runtime, told):
        await NoteRepository(session).list(limit=1)

    assert told == ["checkout", "checkin"]


def _refusing(error: type[Exception]) -> Any:
    """Return a listener that refuses the first connection."""
    errors: Iterator[type[Exception]] = iter([error])

    def refuse(*_: object) -> None:
        for each in errors:
            raise each

    return refuse


@contextmanager
def _listening(runtime: Runtime, told: list[str]) -> Iterator[None]:
    engine = runtime.database.rw.sync_engine
    listeners = {name: partial(_note, told, name) for name in ("checkout", "checkin")}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    yield
    for name, listener in listeners.items():
        event.remove(engine, name, listener)


def _note(told: list[str], name: str, *_: object) -> None:
    told.append(name)
