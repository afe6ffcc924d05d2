"""Run what docs/backups.md and docs/operations.md say about backups and old audit rows."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from app.cli import app
from app.cli._start import CannotStart
from app.config import Settings
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database import embedded
from app.database.connecting import NoConnection, try_connection
from app.database.embedded import PROJECT, EmbeddedServer
from tests.support.people import Person

pytestmark = pytest.mark.slow

PAGES = [
    (PROJECT / "docs" / name).read_text(encoding="utf-8")
    for name in ("backups.md", "operations.md")
]
RESTORED = "scratch_restored"
RENAMED = "scratch_renamed"
SCREEN = 45


def sql_of(heading: str) -> str:
    chapter = "\n".join(PAGES).partition(f"## {heading}")[2].partition("\n## ")[0]
    return "\n".join(re.findall(r"```sql\n(.*?)```", chapter, re.DOTALL))


class Tools:
    """PostgreSQL's own programs, run on the tests' server."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server

    def run(self, program: str, user: str, *arguments: str) -> None:
        where = ["--host", self.server.host, "--port", str(self.server.port), "--username", user]
        command = [str(embedded.psql().with_name(program)), *where, *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr

    def fails(self, program: str, user: str, *arguments: str) -> bool:
        try:
            self.run(program, user, *arguments)
        except AssertionError:
            return True
        return False


@pytest.fixture
def tools(server: EmbeddedServer) -> Iterator[Tools]:
    yield Tools(server)
    server.drop_database(RESTORED)
    server.drop_database(RENAMED)
    with server.superuser() as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'backup'").fetchone():
            connection.execute("DROP OWNED BY backup CASCADE")
            connection.execute("DROP ROLE backup")


def count(server: EmbeddedServer, database: str, table: str) -> int:
    with server.superuser(database) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


async def audited(runtime: Runtime, owner: Person) -> None:
    async with open_unit(runtime, owner.actor, owner.context) as work:
        work.audit("widgets.exported")


async def test_a_backup_has_all_rows_and_can_be_restored(
    runtime: Runtime,
    owner: Person,
    rival: Person,
    settings: Settings,
    server: EmbeddedServer,
    tools: Tools,
    tmp_path: Path,
) -> None:
    database = make_url(str(settings.database.url)).database or ""
    dump = str(tmp_path / "app.dump")
    assert tools.fails("pg_dump", "app_owner", "--format", "custom", "--file", dump, database)
    with server.superuser(database) as connection:
        connection.execute(sql_of("Dumps").replace("DATABASE app", f"DATABASE {database}"))

    tools.run("pg_dump", "backup", "--format", "custom", "--file", dump, database)
    tools.run("createdb", "postgres", RESTORED)
    roles = str(PROJECT / "migrations" / "roles.sql")
    tools.run("psql", "postgres", "--dbname", RESTORED, "--file", roles)
    tools.run("pg_restore", "postgres", "--dbname", RESTORED, "--exit-on-error", dump)

    for table in ("tenants", "users", "memberships"):
        assert count(server, RESTORED, table) == count(server, database, table) > 0
    for role in ("app_rw", "app_admin"):
        await try_connection(server.url(role, RESTORED), "APP_DATABASE_URL")
    rename = f"ALTER DATABASE {RESTORED} RENAME TO {RENAMED}"
    tools.run("psql", "postgres", "--dbname", "postgres", "--command", rename)


def test_the_commands_back_up_and_check(
    runtime: Runtime,
    owner: Person,
    settings: Settings,
    server: EmbeddedServer,
    tools: Tools,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = make_url(str(settings.database.url)).database or ""
    with server.superuser(database) as connection:
        connection.execute(sql_of("Dumps").replace("DATABASE app", f"DATABASE {database}"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_DATABASE_OWNER_URL", server.url("app_owner", database))

    def refused(*arguments: str) -> str:
        with pytest.raises((CannotStart, NoConnection)) as error:
            CliRunner().invoke(app, arguments, catch_exceptions=False)
        return str(error.value)

    assert "Set APP_DATABASE_BACKUP_URL" in refused("backup")
    monkeypatch.setenv("APP_DATABASE_BACKUP_URL", server.url("app_owner", database))
    assert "row security would leave some out" in refused("backup")
    monkeypatch.setenv("APP_DATABASE_BACKUP_URL", server.url("backup", database))
    assert "the command of --then failed" in refused("backup", "here", "--then", "false")
    [old] = Path("here").iterdir()
    os.utime(old, (0, 0))
    other = Path("here/notes.txt")
    other.touch()

    done = CliRunner().invoke(
        app, ["backup", "here", "--then", "cp {} copy"], catch_exceptions=False
    )

    assert done.exit_code == 0, done.output
    [dump] = [each for each in Path("here").iterdir() if each != other]
    assert dump.read_bytes() == Path("copy").read_bytes()
    assert dump.stat().st_mode & 0o077 == 0
    checked = CliRunner().invoke(app, ["restore-check", str(dump)], catch_exceptions=False)
    assert f"{count(server, database, 'tenants'):>10}  tenants" in checked.output
    assert "can be restored" in checked.output
    Path("broken.dump").write_bytes(dump.read_bytes()[:2000])
    assert "pg_restore failed" in refused("restore-check", "broken.dump")


async def test_old_audit_rows_are_deleted_by_the_owner_and_nobody_else(
    runtime: Runtime, owner: Person, settings: Settings, server: EmbeddedServer
) -> None:
    database = make_url(str(settings.database.url)).database or ""
    await audited(runtime, owner)
    await audited(runtime, owner)
    with server.superuser(database) as connection:
        old = "UPDATE audit_log SET at = now() - interval '3 years' WHERE ctid = "
        connection.execute(old + "(SELECT ctid FROM audit_log ORDER BY at DESC LIMIT 1)")
    before = count(server, database, "audit_log")

    with closing(connect(server, "app_rw", database)) as served, pytest.raises(psycopg.Error):
        served.execute("DELETE FROM audit_log")
    with closing(connect(server, "app_owner", database)) as owned:
        owned.execute(sql_of("Deleting old audit rows"))

    assert count(server, database, "audit_log") == before - 1
    with server.superuser(database) as connection:
        forced = connection.execute(
            "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'audit_log'"
        ).fetchone()
    assert forced == (True,)


def test_what_runbooks_ask_the_database_can_be_asked(
    settings: Settings, server: EmbeddedServer
) -> None:
    database = make_url(str(settings.database.url)).database or ""
    pages = sorted((PROJECT / "docs" / "runbooks").glob("*.md"))
    asked = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= SCREEN, page
        blocks = "\n".join(re.findall(r"```sql\n(.*?)```", text, re.DOTALL))
        with server.superuser(database) as connection, connection.transaction(force_rollback=True):
            for statement in re.sub(r"019[0-9]…", str(uuid4()), blocks).split(";"):
                if (bare := statement.strip()) not in ("", "BEGIN", "COMMIT"):
                    connection.execute(bare.encode())
                    asked += 1
    assert asked >= len(pages)


def connect(server: EmbeddedServer, role: str, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=server.host, port=server.port, user=role, dbname=database, autocommit=True
    )
