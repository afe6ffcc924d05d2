"""A PostgreSQL for one test, on a TCP port, which the test may stop, kill or fill."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from app.config import Settings
from app.database.embedded import EmbeddedServer
from app.database.schema.migrations import upgrade

from .processes import free_port
from .programs import postgres_programs

RESERVED = 3
"""Connections that PostgreSQL reserves for superusers."""


class OwnServer(EmbeddedServer):
    """A server whose roles have no passwords; it uses no service of the machine."""

    def __init__(self, folder: Path, *, max_connections: int) -> None:
        super().__init__("127.0.0.1", free_port())
        self.programs = postgres_programs(folder)
        self.options = f"-h 127.0.0.1 -p {self.port} -k {self.programs.folder}"
        self.options += f" -c max_connections={max_connections} -c fsync=off"

    def start(self) -> None:
        """Start, and wait for the processes of a killed server to end."""
        for _ in range(100):
            with suppress(subprocess.CalledProcessError):
                self.programs.run("pg_ctl", "-w", "-o", self.options, "-l", "log", "start")
                return
            time.sleep(0.1)
        raise AssertionError((self.programs.folder / "log").read_text(encoding="utf-8"))

    def stop(self, mode: str = "fast") -> None:
        with suppress(subprocess.CalledProcessError):  # it has stopped already
            self.programs.run("pg_ctl", "-w", "-t", "60", "-m", mode, "stop")

    def kill(self) -> None:
        """Kill the postmaster; its children notice and exit."""
        pid = (self.programs.folder / "postmaster.pid").read_text(encoding="utf-8").split()[0]
        os.kill(int(pid), signal.SIGKILL)

    @contextmanager
    def without_connections(self, role: str, database: str) -> Iterator[None]:
        """Take all connections while the block runs, ending those of others."""
        taken: list[psycopg.Connection[Any]] = []
        url = f"host={self.host} port={self.port} user={role} dbname={database}"
        with self.superuser() as connection:
            while _count(connection) > len(taken) or _has_free_slot(connection):
                connection.execute(END_OTHERS, [[each.info.backend_pid for each in taken]])
                with suppress(psycopg.OperationalError):
                    taken.append(psycopg.connect(url))
            yield
        for each in taken:
            each.close()


END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""


def _count(connection: psycopg.Connection[Any]) -> int:
    """Count the connections of others."""
    query = """SELECT count(*) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    [(count,)] = connection.execute(query)
    return int(count)


def _has_free_slot(connection: psycopg.Connection[Any]) -> bool:
    [(most,)] = connection.execute("SELECT current_setting('max_connections')::int")
    return _count(connection) + 1 < int(most) - RESERVED


@contextmanager
def own_server(*, max_connections: int = 60, within: Path | None = None) -> Iterator[OwnServer]:
    """Start a server in a folder outside pytest's, which PostgreSQL's user may not enter."""
    with TemporaryDirectory(ignore_cleanup_errors=True, dir=within) as folder:
        server = OwnServer(Path(folder) / "postgres", max_connections=max_connections)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def migrated(server: EmbeddedServer, name: str = "app") -> Settings:
    """Create a database at head, and return settings for it."""
    urls = server.create_database(name)
    upgrade(urls.owner_url)
    settings = Settings(environment="test", _env_file=None)
    return settings.with_database(url=urls.url, owner_url=urls.owner_url, admin_url=urls.admin_url)
