"""A real PgBouncer in transaction mode before the tests' database, where one is installed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from app.config import Settings

from .processes import free_port

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def pgbouncer(settings: Settings, *, servers: int = 3) -> Iterator[Settings]:
    """The settings that lead to it. Needs PROGRAM: `apt-get install pgbouncer`."""
    url, port = make_url(str(settings.database.url)), free_port()
    host = str(url.query["host"])
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    database = f"host={host} port={url.query['port']} dbname={url.database}"
    lines = [
        "[databases]",
        f"{url.database} = {database}",
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        f"listen_port = {port}",
        "unix_socket_dir =",
        "auth_type = trust",
        f"auth_file = {folder / 'users.txt'}",
        "pool_mode = transaction",
        f"default_pool_size = {servers}",
        "ignore_startup_parameters = extra_float_digits",
    ]
    users = [f'"{name}" ""' for name in ("app_rw", "app_owner", "app_admin")]
    (folder / "users.txt").write_text("\n".join(users), encoding="utf-8")
    (folder / "pgbouncer.ini").write_text("\n".join(lines), encoding="utf-8")
    command = [str(PROGRAM), "-q", str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        command[1:1] = ["-u", Path(host).owner()]  # PgBouncer refuses to run as root
    process = subprocess.Popen(command)
    try:
        _wait_for(process, port, str(url.database))
        yield _through(settings, port)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _wait_for(process: "subprocess.Popen[bytes]", port: int, database: str) -> None:
    for _ in range(300):
        assert process.poll() is None, "PgBouncer ended; its output says why"
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user="app_rw", dbname=database, connect_timeout=5
            ).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("PgBouncer did not start")


def _through(settings: Settings, port: int) -> Settings:
    def led(url: str | None) -> str:
        there = make_url(str(url)).set(host="127.0.0.1", port=port, query={})
        return there.render_as_string(hide_password=False)

    database = settings.database
    moved = settings.with_database(
        url=led(database.url), owner_url=led(database.owner_url), admin_url=led(database.admin_url)
    )
    behind = moved.database.model_copy(update={"pgbouncer": True})
    return moved.model_copy(update={"database": behind})
