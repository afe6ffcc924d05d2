"""Run what docs/operations.md says about backups and old audit rows."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from app.config import Settings
from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.database import embedded
from app.database.connecting import try_connection
from app.database.embedded import PROJECT, EmbeddedServer
from tests.support.people import Person

pytestmark = pytest.mark.slow

PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
RESTORED = "scratch_restored"


def sql_of(heading: str) -> str:
    chapter = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
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
        connection.execute(
            sql_of("Backup and restore").replace("DATABASE app", f"DATABASE {database}")
        )

    tools.run("pg_dump", "backup", "--format", "custom", "--file", dump, database)
    tools.run("createdb", "postgres", RESTORED)
    roles = str(PROJECT / "migrations" / "roles.sql")
    tools.run("psql", "postgres", "--dbname", RESTORED, "--file", roles)
    tools.run("pg_restore", "postgres", "--dbname", RESTORED, "--exit-on-error", dump)

    for table in ("tenants", "users", "memberships"):
        assert count(server, RESTORED, table) == count(server, database, table) > 0
    for role in ("app_rw", "app_admin"):
        await try_connection(server.url(role, RESTORED), "APP_DATABASE_URL")


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


def connect(server: EmbeddedServer, role: str, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=server.host, port=server.port, user=role, dbname=database, autocommit=True
    )
