"""A migration changes a column's type while this release has prepared plans for it."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy.exc import DBAPIError

from app.core.errors import Unavailable
from app.core.http.problems._translation import translate
from app.core.runtime import Runtime
from app.database.session import open_session
from tests.support.notes import URL, Note, NoteRepository, names
from tests.support.people import Person
from tests.support.servers import server

from .connections import PID, checked_out, database

Migrate = Callable[[], None]
Act = Callable[[NoteRepository, Note], Awaitable[Any]]

FIRST: dict[str, Act] = {
    "find": lambda notes, note: notes.find(note.id),
    "list": lambda notes, note: notes.list(limit=10),
    "create": lambda notes, note: notes.create(name="new"),
    "change": lambda notes, note: notes.change(note, name="old"),
    "delete": lambda notes, note: notes.delete(note),
}


@pytest.fixture
def migrate(runtime: Runtime) -> Iterator[Migrate]:
    """Change the type on each call, and restore the model's type at the end."""
    types = ["varchar(120)", "text"]

    def change() -> None:
        types.reverse()
        with server().superuser(database(runtime)) as connection:
            connection.execute(f"ALTER TABLE test_notes ALTER COLUMN name TYPE {types[0]}")

    yield change
    if types[0] == "text":
        change()


@pytest.mark.parametrize("act", FIRST.values(), ids=FIRST)
async def test_a_first_statement_is_sent_again(
    runtime: Runtime, owner: Person, migrate: Migrate, act: Act
) -> None:
    rows = [await create(runtime, owner) for _ in range(3)]

    for row in rows:
        session = open_session(runtime.database.rw, owner.context)
        await act(NoteRepository(session), row)
        await session.commit()
        migrate()

    assert checked_out(runtime) == 0


async def test_what_was_begun_is_not_done_twice(
    runtime: Runtime, owner: Person, migrate: Migrate
) -> None:
    await create(runtime, owner)
    migrate()

    session = open_session(runtime.database.rw, owner.context)
    await NoteRepository(session).create(name="once")
    await session.rollback()

    assert await names(runtime, owner) == {"old"}


async def test_a_later_statement_is_unavailable(
    runtime: Runtime, owner: Person, migrate: Migrate
) -> None:
    """The transaction did something before, which only the client can repeat."""
    await create(runtime, owner)
    session = open_session(runtime.database.rw, owner.context)
    await session.scalar(PID)
    migrate()

    with pytest.raises(DBAPIError) as caught:
        await NoteRepository(session).create(name="lost")
    await session.close()

    answer = translate({"type": "http"}, caught.value)
    assert isinstance(answer, Unavailable)
    assert answer.headers["Retry-After"]
    assert checked_out(runtime) == 0


async def test_no_request_ends_as_a_bug(client: AsyncClient, migrate: Migrate) -> None:
    made = (await client.post(URL, json={"name": "first"})).json()
    requests: list[Callable[[], Awaitable[Response]]] = [
        lambda: client.get(URL),
        lambda: client.get(f"{URL}/{made['id']}"),
        lambda: client.post(URL, json={"name": "another"}),
        lambda: client.patch(f"{URL}/{made['id']}", json={"name": "changed"}),
    ]
    answers = []
    for request in requests:
        for _ in range(3):
            answers.append((await request()).status_code)
            migrate()

    assert set(answers) <= {200, 201}


async def create(runtime: Runtime, owner: Person) -> Note:
    session = open_session(runtime.database.rw, owner.context)
    made = await NoteRepository(session).create(name="old")
    await session.commit()
    return made
