"""Errors at the start are messages that name what to change."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import structlog
from sqlalchemy import make_url

from app.cli import _start, main
from app.config import Settings
from app.database import embedded
from app.database.connecting import NoConnection, try_connection
from app.database.embedded import DatabaseUrls, EmbeddedServer
from tests.support.processes import free_port

URLS = ("url", "owner_url", "admin_url")
PRODUCTION = {
    "APP_ENVIRONMENT": "production",
    "APP_SECRET_KEY": "J3mW0c9yqkR7tLz2VbXf8HsPn5DgAeUo",
    "APP_PUBLIC_URL": "https://api.example.com",
    "APP_MAIL_HOST": "smtp.example.com",
    "APP_MAIL_SENDER": "no-reply@example.com",
    "APP_FILES_BUCKET": "files",
}


class Terminal:
    """Run `app …` in this process, with its own environment variables."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def refuse(self, *command: str, code: int = 1) -> str:
        """Run the command, and return its error message, which must not be a traceback."""
        self.monkeypatch.setattr(sys, "argv", ["app", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr().err
        assert ended.value.code == code, said
        assert "Traceback" not in said
        return " ".join(said.split())


@pytest.fixture
def terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Settings
) -> Iterator[Terminal]:
    handler = signal.getsignal(signal.SIGTERM)
    for name in [name for name in os.environ if name.startswith("APP_")]:
        monkeypatch.delenv(name)
    terminal = Terminal(monkeypatch, capsys)
    terminal.set(APP_ENVIRONMENT="test", **variables(settings))
    yield terminal
    signal.signal(signal.SIGTERM, handler)


def variables(settings: Settings | DatabaseUrls) -> dict[str, str]:
    database = settings.database if isinstance(settings, Settings) else settings
    return {f"APP_DATABASE_{name.upper()}": str(getattr(database, name)) for name in URLS}


COMMANDS = [("serve",), ("worker",), ("seed",), ("create-superuser", "--email", "a@b.example")]


class TestEveryCommandThatWorksOnRows:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_names_the_variable_of_a_server_that_is_not_there(
        self, terminal: Terminal, command: tuple[str, ...]
    ) -> None:
        terminal.set(APP_DATABASE_ADMIN_URL="postgresql://app_admin:hunter2@127.0.0.1:1/app")

        said = terminal.refuse(*_free(command))

        assert said.startswith("APP_DATABASE_ADMIN_URL: nothing listens at 127.0.0.1:1")
        assert "hunter2" not in said

    @pytest.mark.parametrize("command", COMMANDS)
    def test_waits_for_the_migrations(
        self, terminal: Terminal, command: tuple[str, ...], scratch: DatabaseUrls
    ) -> None:
        terminal.set(**variables(scratch))

        said = terminal.refuse(*_free(command))

        assert "The database lacks" in said
        assert said.endswith("app migrate")

    @pytest.mark.parametrize("command", COMMANDS[1:])
    def test_wants_each_role(self, terminal: Terminal, command: tuple[str, ...]) -> None:
        """`app serve` does without: tests/standard/core/test_runtime.py."""
        terminal.monkeypatch.delenv("APP_DATABASE_ADMIN_URL")

        assert "APP_DATABASE_ADMIN_URL must be set" in terminal.refuse(*_free(command))


class TestADatabaseThatIsAway:
    """`app serve` and `app worker` wait for it in production, as running processes do."""

    @pytest.mark.parametrize("command", [("serve",), ("worker",)])
    def test_is_waited_for(
        self, terminal: Terminal, command: tuple[str, ...], scratch: DatabaseUrls
    ) -> None:
        """The database comes back without its migrations, which ends the wait."""
        away, asked = "postgresql+asyncpg://app_rw@127.0.0.1:1/app", []
        ready = _start.refuse_unready

        async def refuse_unready(settings: Settings, *, across_tenants: bool) -> None:
            asked.append(settings)
            url = scratch.url if len(asked) > 2 else away
            database = settings.database.model_copy(update={"url": url})
            known = settings.model_copy(update={"database": database})
            await ready(known, across_tenants=across_tenants)

        terminal.monkeypatch.setattr(_start, "refuse_unready", refuse_unready)
        terminal.monkeypatch.setattr(_start, "log", structlog.get_logger())  # of this test's stdout
        terminal.monkeypatch.setattr(_start, "PAUSE_SECONDS", 0)
        terminal.set(**variables(scratch), **PRODUCTION)

        assert "The database lacks" in terminal.refuse(*_free(command))
        assert len(asked) == 3

    def test_is_given_up_at_last(self, terminal: Terminal, scratch: DatabaseUrls) -> None:
        terminal.monkeypatch.setattr(_start, "WAIT_SECONDS", 0)
        terminal.monkeypatch.setattr(_start, "PAUSE_SECONDS", 0)
        terminal.set(**variables(scratch), **PRODUCTION)
        terminal.set(APP_DATABASE_URL="postgresql://app_rw@127.0.0.1:1/app")

        assert "nothing listens at 127.0.0.1:1" in terminal.refuse(*_free(("serve",)))


class TestServe:
    @pytest.mark.parametrize(
        ("host", "said"),
        [
            ("no-such-host.invalid", "no host called no-such-host.invalid: check its name"),
            ("127.0.0.1:1", "nothing listens at 127.0.0.1:1: check host and port"),
        ],
    )
    def test_says_why_there_is_no_way(self, terminal: Terminal, host: str, said: str) -> None:
        terminal.set(APP_DATABASE_URL=f"postgresql://app_rw@{host}/app")

        assert said in terminal.refuse(*_free(("serve",)))

    def test_says_how_to_make_a_database(self, terminal: Terminal, settings: Settings) -> None:
        url = make_url(str(settings.database.url)).set(database="nowhere")
        terminal.set(APP_DATABASE_URL=url.render_as_string(hide_password=False))

        said = terminal.refuse(*_free(("serve",)))

        assert "there is no database nowhere" in said
        assert "createdb nowhere" in said
        assert "migrations/roles.sql" in said

    def test_says_that_its_port_is_taken(self, terminal: Terminal) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            said = terminal.refuse("serve", "--port", str(port))
            reloading = terminal.refuse("serve", "--reload", "--port", str(port))

        assert said.startswith(f"Port {port} is taken by another process.")
        assert said.endswith(f"app serve --port {port + 1}")
        assert reloading.endswith(f"make dev port={port + 1}")

    def test_takes_an_address_of_this_machine_only(self, terminal: Terminal) -> None:
        assert "no address 192.0.2.1" in terminal.refuse("serve", "--host", "192.0.2.1")
        assert "is no address" in terminal.refuse("serve", "--host", "no-such-host.invalid")

    def test_is_silent_about_nothing_in_production(self, terminal: Terminal) -> None:
        terminal.set(**PRODUCTION | {"APP_MAIL_HOST": "", "APP_SECRET_KEY": "x" * 40})

        said = terminal.refuse("serve", code=2)

        assert "APP_MAIL_HOST must be set in production" in said
        assert "APP_SECRET_KEY must be random" in said

    @pytest.mark.parametrize(
        ("folder", "said"),
        [
            ("", "APP_FILES_FOLDER must be set in production, or APP_FILES_BUCKET"),
            ("uploads", "APP_FILES_FOLDER must be a whole path in production"),
            ("/no/such/folder", "mkdir -p /no/such/folder"),
        ],
    )
    def test_wants_a_folder_for_files(self, terminal: Terminal, folder: str, said: str) -> None:
        pytest.importorskip("app.modules.files")
        terminal.set(**PRODUCTION | {"APP_FILES_BUCKET": "", "APP_FILES_FOLDER": folder})

        assert said in terminal.refuse(*_free(("serve",)), code=2)


class TestTheRoleAcrossTenants:
    @pytest.mark.parametrize("command", [("worker",), ("tenants", "list")])
    def test_is_not_the_one_that_serves(
        self, terminal: Terminal, settings: Settings, command: tuple[str, ...]
    ) -> None:
        terminal.set(**PRODUCTION, APP_DATABASE_ADMIN_URL=str(settings.database.url))

        assert "Log in as app_admin instead" in terminal.refuse(*command)


class TestMigrate:
    def test_refuses_a_role_that_may_not_create_tables(
        self, terminal: Terminal, settings: Settings
    ) -> None:
        terminal.set(APP_DATABASE_OWNER_URL=str(settings.database.url))

        said = terminal.refuse("migrate")

        assert "APP_DATABASE_OWNER_URL logs in as app_rw" in said
        assert "migrations run as app_owner" in said

    def test_leaves_what_a_newer_release_has_migrated(
        self,
        terminal: Terminal,
        scratch: DatabaseUrls,
        server: EmbeddedServer,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """An error would keep a release that is rolled back to from starting after it."""
        unknown = "CREATE TABLE alembic_version AS SELECT 'of_tomorrow'::text AS version_num"
        with server.superuser(make_url(scratch.url).database or "") as connection:
            connection.execute(f"{unknown}; ALTER TABLE alembic_version OWNER TO app_owner")

        terminal.set(APP_ENVIRONMENT="production", APP_DATABASE_OWNER_URL=scratch.owner_url)
        terminal.monkeypatch.setattr(sys, "argv", ["app", "migrate"])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().out

        assert ended.value.code == 0
        assert said == "A newer release has migrated the database. It stays as it is.\n"
        terminal.set(APP_ENVIRONMENT="development")
        assert "Can't locate revision" in terminal.refuse("migrate")

    def test_needs_the_url_of_the_owner(self, terminal: Terminal) -> None:
        terminal.monkeypatch.delenv("APP_DATABASE_OWNER_URL")

        assert "Set APP_DATABASE_OWNER_URL" in terminal.refuse("migrate")


class TestSeed:
    def test_stays_out_of_production(self, terminal: Terminal) -> None:
        terminal.set(**PRODUCTION)

        assert "app create-superuser" in terminal.refuse("seed")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedServer:
    folder = tmp_path_factory.mktemp("guarded") / "data"
    server = embedded.start(folder, durable=False)
    server.create_database("app")
    (folder / "pg_hba.conf").write_text(
        "local all postgres trust\nlocal all app_rw scram-sha-256\n", encoding="utf-8"
    )
    with server.superuser() as connection:
        connection.execute("ALTER ROLE app_rw PASSWORD 'right'")
        connection.execute("SELECT pg_reload_conf()")
        _until_refused(server)
    return server


def _until_refused(server: EmbeddedServer) -> None:
    """Wait until PostgreSQL has read the new rules: it wants a password then."""
    deadline = time.monotonic() + 30
    with suppress(psycopg.OperationalError):
        while time.monotonic() < deadline:
            psycopg.connect(host=server.host, port=server.port, user="app_rw", dbname="app").close()
            time.sleep(0.05)
        raise AssertionError("PostgreSQL did not read its new rules")


@pytest.mark.slow
class TestAServerWithPasswords:
    async def test_says_that_a_password_is_wrong(self, guarded: EmbeddedServer) -> None:
        url = guarded.url("app_rw", "app").replace("app_rw@", "app_rw:hunter2@")

        with pytest.raises(NoConnection) as refused:
            await try_connection(url, "APP_DATABASE_URL")

        assert "refuses the log-in of app_rw. Check the password" in str(refused.value)
        assert "hunter2" not in str(refused.value)

    async def test_says_that_a_user_is_not_let_in(self, guarded: EmbeddedServer) -> None:
        with pytest.raises(NoConnection, match=r"does not let app_admin in: .* pg_hba\.conf"):
            await try_connection(guarded.url("app_admin", "app"), "APP_DATABASE_ADMIN_URL")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pgbouncer"), reason="PgBouncer is not installed")
class TestPgBouncer:
    @pytest.mark.parametrize("ignored", ["", "ignore_startup_parameters = statement_timeout\n"])
    async def test_without_its_setting_is_noticed(
        self, settings: Settings, tmp_path: Path, ignored: str
    ) -> None:
        with pgbouncer(settings, tmp_path, ignored) as url:
            with pytest.raises(NoConnection, match="set APP_DATABASE_PGBOUNCER=true"):
                await try_connection(url, "APP_DATABASE_URL")

            await try_connection(url, "APP_DATABASE_URL", pgbouncer=True)

    async def test_is_not_seen_where_there_is_none(self, settings: Settings) -> None:
        await try_connection(str(settings.database.url), "APP_DATABASE_URL")


@contextmanager
def pgbouncer(settings: Settings, folder: Path, more: str) -> Iterator[str]:
    """A real PgBouncer in transaction mode, in front of the settings' database."""
    url, port = make_url(str(settings.database.url)), free_port()
    users = folder / "users.txt"
    users.write_text('"app_rw" ""\n', encoding="utf-8")
    file = folder / "pgbouncer.ini"
    file.write_text(
        f"[databases]\n* = host={url.query['host']} port={url.query['port']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = trust\n"
        f"auth_file = {users}\npool_mode = transaction\nunix_socket_dir =\n{more}",
        encoding="utf-8",
    )
    user = ["--user", "pgserver"] if os.geteuid() == 0 else []  # the embedded server's
    process = subprocess.Popen(["pgbouncer", *user, str(file)], cwd="/")
    try:
        _until_listening(port)
        yield f"postgresql+asyncpg://app_rw@127.0.0.1:{port}/{url.database}"
    finally:
        process.kill()
        process.wait()


def _until_listening(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("PgBouncer did not start")


def _free(command: tuple[str, ...]) -> tuple[str, ...]:
    return (*command, "--port", str(free_port())) if command == ("serve",) else command
