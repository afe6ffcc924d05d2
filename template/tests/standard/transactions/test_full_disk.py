"""PostgreSQL's disk is really full: 503 until there is space, then all is as before.

It needs a file system of its own, which only root may mount; test_storage_full.py needs none.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from app.config import Settings
from app.main import create_app
from tests.support.clients import client_of
from tests.support.notes import URL, create_notes, modules_and_notes
from tests.support.own_server import OwnServer, migrated, own_server
from tests.support.people import create_tenant

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024
MOST = 3000
"""More notes than fit into the space that filling a disk leaves."""


@contextmanager
def disk(megabytes: int) -> Iterator[Path]:
    """Mount a file system of this size, or skip the test."""
    with TemporaryDirectory() as folder:
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        try:
            subprocess.run(["mount", *options], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("this user may not mount a file system")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * MEGABYTE):
            pass
    yield
    filler.unlink()


@pytest.fixture
def small() -> Iterator[Path]:
    with disk(200) as folder:
        yield folder


@pytest.fixture
def server(small: Path) -> Iterator[OwnServer]:
    with own_server(within=small) as server:
        yield server


@pytest.fixture
def full_settings(server: OwnServer) -> Settings:
    settings = migrated(server)
    create_notes(settings)
    return settings


@pytest_asyncio.fixture
async def client(full_settings: Settings) -> AsyncIterator[AsyncClient]:
    app = create_app(full_settings, modules_and_notes())
    owner = await create_tenant(app.state.runtime)
    async with client_of(app, owner) as client:
        yield client
    await app.state.runtime.close()


def give(folder: Path, server: OwnServer) -> None:
    """Make PostgreSQL's user the owner of the folder."""
    own = server.programs.folder.stat()
    os.chown(folder, own.st_uid, own.st_gid)


async def until_refused(client: AsyncClient) -> tuple[int, Response]:
    """Write until the disk is full; return the number of notes, and the refusal."""
    for written in range(MOST):
        answer = await client.post(URL, json={"name": "x" * 120})
        if answer.status_code != 201:
            return written, answer
    raise AssertionError("the disk was not full")


async def count(client: AsyncClient) -> int:
    found, query = 0, {"limit": "100"}
    while True:
        page = (await client.get(URL, params=query)).json()
        found += len(page["items"])
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


class TestTheDataFolder:
    async def test_full_is_503_until_there_is_space(
        self, client: AsyncClient, server: OwnServer, small: Path
    ) -> None:
        """PostgreSQL stops without space for its log (WAL); the test starts it again."""
        with filled(small):
            written, refused = await until_refused(client)
            again = await client.post(URL, json={"name": "again"})
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)

        answers = [await client.post(URL, json={"name": "fits"}) for _ in range(3)]

        assert (refused.status_code, again.status_code) == (503, 503)
        assert int(refused.headers["retry-after"]) > 0
        assert [each.status_code for each in answers] == [201] * 3
        assert await count(client) == written + 3


class TestATablespace:
    async def test_full_is_503_until_there_is_space(
        self, client: AsyncClient, server: OwnServer
    ) -> None:
        with disk(4) as folder:
            give(folder, server)
            with server.superuser("app") as connection:
                connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
                connection.execute("ALTER TABLE test_notes SET TABLESPACE small")
                with filled(folder):
                    written, refused = await until_refused(client)
                    reads = await count(client)
                answer = await client.post(URL, json={"name": "fits"})
                connection.execute("ALTER TABLE test_notes SET TABLESPACE pg_default")
                connection.execute("DROP TABLESPACE small")

        assert refused.status_code == 503
        assert refused.json()["title"] == "The storage is full"
        assert reads == written
        assert answer.status_code == 201
