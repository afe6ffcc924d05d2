"""Backups are written by programs of the server's version, if there are any."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.cli import _programs
from app.database.embedded import DatabaseUrls


def program(folder: Path, version: str) -> str:
    file = folder / f"pg_dump-{version}"
    file.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.4'\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(("server", "taken"), [(15, "15"), (18, "18"), (16, "18"), (None, "18")])
def test_are_of_the_version_of_the_server_or_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: int | None, taken: str
) -> None:
    """What pg_dump 18 writes, an older pg_restore cannot read, and an older server refuses."""
    monkeypatch.setattr(_programs, "_embedded", lambda _: program(tmp_path, "18"))
    monkeypatch.setattr(_programs, "which", lambda _: program(tmp_path, "15"))
    monkeypatch.setattr(_programs, "_server_version", lambda _: server)

    assert _programs._program("pg_dump", {}).endswith(f"pg_dump-{taken}")


def test_ask_the_server(scratch: DatabaseUrls) -> None:
    url = make_url(scratch.owner_url)
    given = {
        "PGHOST": str(url.query["host"]),
        "PGPORT": str(url.query["port"]),
        "PGUSER": "app_owner",
        "PGDATABASE": str(url.database),
    }

    assert _programs._server_version(given) == 18
    assert _programs._server_version({**given, "PGPORT": "1"}) is None
