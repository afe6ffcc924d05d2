"""A real PgBouncer in transaction mode, if it is installed, which tests may stop and start."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

from app.config import Settings
from app.database.embedded import EmbeddedServer

from .processes import free_port

CONFIGURATION = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 10
max_client_conn = 500
server_round_robin = 1
{more}"""
USERS = '"app_rw" ""\n"app_owner" ""\n"app_admin" ""\n"postgres" ""\n'


class PgBouncer(EmbeddedServer):
    """Gives each transaction another server connection, so that none relies on the previous one."""

    def __init__(self, server: EmbeddedServer, folder: Path, more: str = "") -> None:
        super().__init__("127.0.0.1", free_port())
        self.server = server
        self.process: subprocess.Popen[bytes] | None = None
        self.file = folder / "pgbouncer.ini"
        (folder / "users.txt").write_text(USERS, encoding="utf-8")
        self.file.write_text(
            CONFIGURATION.format(
                host=server.host, port=server.port, own_port=self.port, folder=folder, more=more
            ),
            encoding="utf-8",
        )

    def start(self) -> None:
        """Start, and wait until it listens."""
        self.process = subprocess.Popen(
            [*_program(self.server), str(self.file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(500):
            with suppress(OSError), socket.create_connection((self.host, self.port)):
                return
            assert self.process.poll() is None, "PgBouncer ended"
            time.sleep(0.02)
        raise AssertionError("PgBouncer does not listen")

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()


KEEPS_STATEMENTS = (1, 21)


def version() -> tuple[int, ...]:
    """Return the version of the PgBouncer that is installed, () if none is."""
    if shutil.which("pgbouncer") is None:
        return ()
    said = subprocess.run(
        ["pgbouncer", "--version"], capture_output=True, encoding="utf-8", check=True
    )
    return tuple(int(part) for part in said.stdout.split()[1].split(".")[:2])


@contextmanager
def pgbouncer(server: EmbeddedServer, *, prepared: bool = False) -> Iterator[PgBouncer]:
    """Run PgBouncer, or skip the test if it is not installed, or too old to be `prepared`."""
    if not version():
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    if prepared and version() < KEEPS_STATEMENTS:
        pytest.skip("PgBouncer keeps prepared statements from 1.21 on, and this one is older")
    more = "max_prepared_statements = 100\n" if prepared else ""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        bouncer = PgBouncer(server, Path(folder), more)
        bouncer.start()
        try:
            yield bouncer
        finally:
            bouncer.stop()


@contextmanager
def behind_pgbouncer(
    settings: Settings, server: EmbeddedServer, *, prepared: bool = False
) -> Iterator[Settings]:
    """Yield the settings with PgBouncer in between, or skip the test if it is not installed."""
    database = settings.database
    with pgbouncer(server, prepared=prepared) as bouncer:

        def led(url: str | None) -> str:
            there = make_url(str(url)).set(host=bouncer.host, port=bouncer.port, query={})
            return there.render_as_string(hide_password=False)

        moved = settings.with_database(
            url=led(database.url),
            owner_url=led(database.owner_url),
            admin_url=led(database.admin_url),
        )
        behind = moved.database.model_copy(update={"pgbouncer": "prepared" if prepared else True})
        yield moved.model_copy(update={"database": behind})


def _program(server: EmbeddedServer) -> list[str]:
    """Return the command. PgBouncer refuses to run as root, so it switches to the server's user."""
    user = Path(server.host).owner() if server.host.startswith("/") else "nobody"
    return ["pgbouncer", *(["--user", user] if os.geteuid() == 0 else []), "--quiet"]
