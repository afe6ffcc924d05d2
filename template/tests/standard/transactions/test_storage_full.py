"""Test full disks: PostgreSQL's, and the one that buffers request bodies."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC

import pytest
from httpx import AsyncClient

from app.core.errors import StorageFull
from app.core.http.problems._translation import translate
from app.core.runtime import Runtime
from tests.support.notes import URL
from tests.support.servers import server

FULL = """
    CREATE FUNCTION be_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'No space left' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER is_full BEFORE INSERT ON test_notes FOR EACH ROW EXECUTE FUNCTION be_full()
"""
SPACE = "DROP TRIGGER is_full ON test_notes; DROP FUNCTION be_full()"


@contextmanager
def full(runtime: Runtime) -> Iterator[None]:
    """Make inserts fail as on a full disk; reads still work."""
    database = str(runtime.database.rw.url.database)
    with server().superuser(database) as connection:
        connection.execute(FULL)
        yield
        connection.execute(SPACE)


async def test_of_postgresql_is_said_and_ends(client: AsyncClient, runtime: Runtime) -> None:
    with full(runtime):
        answer = await client.post(URL, json={"name": "too much"})
        reads = await client.get(URL)
    afterwards = await client.post(URL, json={"name": "fits"})

    assert answer.status_code == 503
    assert answer.json()["title"] == "The storage is full"
    assert int(answer.headers["Retry-After"]) > 1
    assert (reads.status_code, reads.json()["items"]) == (200, [])
    assert afterwards.status_code == 201


@pytest.mark.parametrize("errno", [ENOSPC, EDQUOT])
def test_of_the_app_is_said_too(errno: int) -> None:
    assert isinstance(translate({"type": "http"}, OSError(errno, "full")), StorageFull)
