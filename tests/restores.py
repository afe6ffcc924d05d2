"""Run in a project: give the roles passwords, back up and restore, with the scripts of deploy/compose.

Its arguments are the folders deploy/compose, secrets/ as secrets.sh makes it, and one for the server.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.module import find_modules  # type: ignore[import-not-found]  # of the project
from app.database import embedded  # type: ignore[import-not-found]
from app.database.schema.migrations import PROJECT, upgrade  # type: ignore[import-not-found]

COMPOSE, SECRETS, FOLDER = map(Path, sys.argv[1:])
HASHED = "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$%' ORDER BY 1"
COUNTED = "SELECT (SELECT count(*) FROM tenants), (SELECT count(*) FROM alembic_version)"


def run(*command: str | Path, **variables: str) -> None:
    subprocess.run(command, env=environment(variables), check=True)


def environment(variables: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **variables, "PATH": f"{embedded.psql().parent}:{os.environ['PATH']}"}


def main() -> None:
    find_modules()
    server = embedded.start(FOLDER / "server")
    upgrade(server.create_database("app").owner_url)
    with server.superuser("app") as connection:
        connection.execute(
            "INSERT INTO tenants SELECT gen_random_uuid(), 'Acme', NULL, now(), now() FROM generate_series(1, 3)"
        )
    where = {"PGHOST": server.host, "PGPORT": str(server.port), "SECRETS": str(SECRETS)}

    run("bash", COMPOSE / "passwords.sh", **where)
    run("bash", COMPOSE / "passwords.sh", **where)  # with other passwords, after a leak
    with server.superuser() as connection:
        names = [name for (name,) in connection.execute(HASHED)]
    assert names == ["app_admin", "app_owner", "app_rw", "backup"], names

    backups = FOLDER / "backups"
    backups.mkdir()
    run("bash", COMPOSE / "backup.sh", "now", **where, PGUSER="backup", PGDATABASE="app", BACKUPS=str(backups))
    [dump] = backups.iterdir()

    run("createdb", "--username", "postgres", "restored", **where)
    sql = PROJECT / "migrations/roles.sql"
    run("psql", "--quiet", "--username", "postgres", "--dbname", "restored", "--file", sql, **where)
    run("pg_restore", "--username", "postgres", "--dbname", "restored", "--exit-on-error", dump, **where)
    with server.superuser("app") as before, server.superuser("restored") as after:
        counted = before.execute(COUNTED).fetchone()
        assert counted == after.execute(COUNTED).fetchone()
        assert counted is not None
        assert counted[0] == 3
    later = FOLDER / "later"
    later.mkdir()
    run("bash", COMPOSE / "backup.sh", "now", **where, PGUSER="backup", PGDATABASE="restored", BACKUPS=str(later))
    assert len([*later.iterdir()]) == 1, "what was restored is backed up, too"
    restore_a_moment(server, where | {"PGUSER": "backup", "PGDATABASE": "app", "BACKUPS": str(backups)}, backups)


def restore_a_moment(server: Any, where: dict[str, str], backups: Path) -> None:
    """Delete all tenants by mistake, and lay the server as it was a moment before."""
    receiver = subprocess.Popen(["bash", COMPOSE / "backup.sh", "wal"], env=environment(where))
    try:
        wait_until(lambda: bool(one(server, "SELECT count(*) FROM pg_replication_slots WHERE active")))
        run("bash", COMPOSE / "backup.sh", "base", **where)
        time.sleep(1)  # moments are given by the second
        with server.superuser("app") as connection:
            connection.execute("UPDATE tenants SET name = 'After the copy'")
        moment = one(server, "SELECT clock_timestamp()")
        with server.superuser("app") as connection:
            connection.execute("DELETE FROM tenants")
        behind = "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_flush_lsn()"
        wait_until(lambda: bool(one(server, behind)))
    finally:
        receiver.terminate()
        receiver.wait()

    data = FOLDER / "again"
    data.mkdir()
    run("chown", "--reference", FOLDER / "server", data)
    restore: list[str | Path] = ["bash", COMPOSE / "restore.sh"]
    variables = environment(where | {"PGDATA": str(data)})
    early = subprocess.run([*restore, "2020-01-01"], env=variables, check=False, capture_output=True, text=True)
    assert early.returncode == 1, early
    assert "is as old as" in early.stderr
    subprocess.run([*restore, str(moment)], env=variables, check=True)

    for socket in data.glob(".s.PGSQL*"):
        socket.unlink()  # the embedded server's is among its data
    again = embedded.start(data)
    wait_until(lambda: one(again, "SELECT pg_is_in_recovery()") is False)
    assert one(again, "SELECT count(*) FROM tenants WHERE name = 'After the copy'") == 3
    assert [each.name.partition("-")[0] for each in sorted(backups.iterdir())] == ["app", "before"]


def one(server: Any, query: str) -> Any:
    with server.superuser("app") as connection:
        return connection.execute(query).fetchone()[0]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(0.1)


main()
