"""Run in a project: give the roles passwords, back up and restore, with the scripts of deploy/compose.

Its arguments are the folders deploy/compose, secrets/ as secrets.sh makes it, and one for the server.
"""

import os
import subprocess
import sys
from pathlib import Path

from app.core.module import find_modules  # type: ignore[import-not-found]  # of the project
from app.database import embedded  # type: ignore[import-not-found]
from app.database.schema.migrations import PROJECT, upgrade  # type: ignore[import-not-found]

COMPOSE, SECRETS, FOLDER = map(Path, sys.argv[1:])
HASHED = "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$%' ORDER BY 1"
COUNTED = "SELECT (SELECT count(*) FROM tenants), (SELECT count(*) FROM alembic_version)"


def run(*command: str | Path, **variables: str) -> None:
    environment = {**os.environ, **variables, "PATH": f"{embedded.psql().parent}:{os.environ['PATH']}"}
    subprocess.run(command, env=environment, check=True)


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


main()
