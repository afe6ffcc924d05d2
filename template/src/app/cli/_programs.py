"""PostgreSQL's own programs, with a log-in of ours."""

import os
import subprocess
from shutil import which

from sqlalchemy.engine import URL

from app.database import embedded

from ._start import CannotStart


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
        [_program(program), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"{program} failed; check what it says: {done.stderr.strip()}")


def _program(name: str) -> str:
    """Return its path: the embedded server's, which is the newest, or the machine's."""
    try:
        return str(embedded.psql().with_name(name))
    except embedded.EmbeddedDatabaseUnavailable:
        if found := which(name):
            return found
    raise CannotStart(
        f"{name} is not installed: take your system's package postgresql-client, of the server's"
        " version or a newer one."
    )
