"""PostgreSQL's own programs, with a log-in of ours."""

import os
import re
import subprocess
from collections.abc import Mapping
from shutil import which

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from app.database import embedded

from ._start import CannotStart

OPTIONS = {
    "PGHOST": "host",
    "PGPORT": "port",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGDATABASE": "dbname",
    "PGSSLMODE": "sslmode",
}
"""The name of each variable in a connection string."""


def run(program: str, url: URL, *arguments: str) -> None:
    """Run a program of PostgreSQL. Its log-in is in variables: others can read a command line."""
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("ssl"),
    }
    variables = {name: str(value) for name, value in given.items() if value}
    done = subprocess.run(  # noqa: S603 - no shell
        [_program(program, variables), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"{program} failed; check what it says: {done.stderr.strip()}")


def _program(name: str, given: Mapping[str, str]) -> str:
    """Return its path: of the server's version, if there is one, else the newest.

    An older program refuses the server. A newer one writes what the server's own does not read, and
    restores with settings that the server does not know.
    """
    found = [*filter(None, (_embedded(name), which(name)))]
    if not found:
        raise CannotStart(
            f"{name} is not installed: take your system's package postgresql-client, of the"
            " server's version."
        )
    version = _server_version(given) if len(found) > 1 else None
    return next((each for each in found if _version_of(each) == version), found[0])


def _embedded(name: str) -> str | None:
    try:
        return str(embedded.psql().with_name(name))
    except embedded.EmbeddedDatabaseUnavailable:
        return None


def _server_version(given: Mapping[str, str]) -> int | None:
    """Return the server's major version; None if it cannot be asked, as the program will say."""
    options = {OPTIONS[name]: value for name, value in given.items()}
    try:
        with psycopg.connect(make_conninfo(**options)) as connection:
            return connection.info.server_version // 10_000
    except psycopg.Error:
        return None


def _version_of(program: str) -> int | None:
    done = subprocess.run(  # noqa: S603 - no shell
        [program, "--version"], check=False, capture_output=True, encoding="utf-8"
    )
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found else None
