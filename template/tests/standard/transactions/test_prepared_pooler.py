"""PgBouncer 1.21 and later, which keeps prepared statements: skipped with an older one."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy import select

from app.bootstrap import open_runtime
from app.config import Settings
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database.session import open_session
from tests.support.notes import Note, NoteCreated, NoteRepository, modules_and_notes, names
from tests.support.people import Person, create_tenant
from tests.support.pgbouncer import behind_pgbouncer
from tests.support.servers import server

pytestmark = pytest.mark.slow

TENANTS, UNITS = 4, 30


@pytest.fixture(scope="module")
def pooled_settings(settings: Settings) -> Iterator[Settings]:
    with behind_pgbouncer(settings, server(), prepared=True) as behind:
        yield behind


@pytest_asyncio.fixture
async def pooled(pooled_settings: Settings) -> AsyncIterator[Runtime]:
    runtime = open_runtime(pooled_settings, modules_and_notes())
    yield runtime
    await runtime.close()


async def test_each_unit_has_its_own_tenant_on_shared_connections(pooled: Runtime) -> None:
    """Reads of one round trip, transactions, the ORM, and what is sent with COMMIT."""
    owners = [await create_tenant(pooled) for _ in range(TENANTS)]

    async def work(person: Person, number: int) -> None:
        name = f"{person.tenant_id} {number}"
        async with open_unit(pooled, person.actor, person.context) as work:
            notes = NoteRepository(work.session)
            note = await notes.create(name=name)
            work.publish(NoteCreated(note.id))
            assert (await notes.get(note.id)).name == name
        async with open_session(pooled.database.rw, person.context) as session:
            found = await NoteRepository(session).list(limit=100)
            entities = (await session.scalars(select(Note))).all()
            assert {each.tenant_id for each in (*found.items, *entities)} == {person.tenant_id}

    await asyncio.gather(*(work(person, n) for n in range(UNITS) for person in owners))

    for person in owners:
        assert len(await names(pooled, person)) == UNITS


async def test_a_read_is_one_statement(pooled: Runtime) -> None:
    owner = await create_tenant(pooled)
    async with open_session(pooled.database.rw, owner.context) as session:
        await NoteRepository(session).list(limit=5)

        assert not session.is_open
