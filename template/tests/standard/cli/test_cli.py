import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app, main
from app.cli._doctor import bypasses
from app.config import Settings
from app.database.embedded import DatabaseUrls
from app.database.schema.migrations import MODULES


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return the environment for a command that works on the tests' database."""
    for name in ("url", "owner_url", "admin_url"):
        monkeypatch.setenv(f"APP_DATABASE_{name.upper()}", getattr(settings.database, name))
    return monkeypatch


class TestDoctor:
    def test_finds_nothing_here(self, environment: pytest.MonkeyPatch) -> None:
        result = CliRunner().invoke(app, ["doctor"])

        assert "Nothing found" in result.output
        assert result.exit_code == 0

    def test_fails_with_the_fix(self, environment: pytest.MonkeyPatch, settings: Settings) -> None:
        environment.setenv("APP_DATABASE_URL", settings.database.owner_url or "")

        result = CliRunner().invoke(app, ["doctor"])

        assert "role app_owner owns alembic_version" in result.output
        assert "Log in as app_rw" in result.output
        assert result.exit_code == 1

    @pytest.mark.parametrize(
        ("variable", "value", "said"),
        [
            ("APP_DATABASE_URL", "postgresql://app_rw@127.0.0.1:1/a", "nothing listens"),
            ("APP_DATABASE_ADMIN_URL", "", "APP_DATABASE_ADMIN_URL is missing"),
            ("APP_DATABASE_OWNER_URL", "", "APP_DATABASE_OWNER_URL is missing"),
            ("APP_MAIL_HOST", "no-such-host.invalid", "does not answer"),
            pytest.param(
                *("APP_FILES_MAX_BYTES", "many", "APP_FILES_MAX_BYTES is wrong"),
                marks=pytest.mark.skipif(
                    not (MODULES / "files").is_dir(), reason="the module files is not here"
                ),
            ),
        ],
    )
    def test_names_all_that_keeps_from_starting(
        self, environment: pytest.MonkeyPatch, variable: str, value: str, said: str
    ) -> None:
        environment.setenv(variable, value)

        result = CliRunner().invoke(app, ["doctor"])

        assert said in result.output
        assert "1 found" in result.output
        assert result.exit_code == 1

    def test_knows_a_schema_that_is_behind(
        self, environment: pytest.MonkeyPatch, scratch: DatabaseUrls
    ) -> None:
        for name in ("url", "owner_url", "admin_url"):
            environment.setenv(f"APP_DATABASE_{name.upper()}", getattr(scratch, name))

        result = CliRunner().invoke(app, ["doctor"])

        assert "lacks" in result.output
        assert "app migrate" in result.output
        assert "1 found" in result.output


class TestBypasses:
    def test_finds_every_call_with_its_reason(self, tmp_path: Path) -> None:
        source = 'async with work.across_tenants(bypass_tenant=True, reason="billing"): pass'
        (tmp_path / "app").mkdir()
        (tmp_path / "app" / "jobs.py").write_text(
            f"async def f(work):\n    {source}\n", encoding="utf-8"
        )

        assert list(bypasses(tmp_path / "app")) == ["app/jobs.py:2 'billing'"]


class TestSeed:
    def test_prints_whom_it_added(self, environment: pytest.MonkeyPatch) -> None:
        assert "ada@acme.example.com" in CliRunner().invoke(app, ["seed"]).output
        assert CliRunner().invoke(app, ["seed"]).output == ""


class TestCreateSuperuser:
    def test_adds_one(self, environment: pytest.MonkeyPatch) -> None:
        command = ["create-superuser", "--email", "root@example.com", "--name", "Root"]

        result = CliRunner().invoke(app, [*command, "--password", "correct horse battery"])

        assert "root@example.com may now work across tenants" in result.output

    def test_takes_who_is_there_already(self, environment: pytest.MonkeyPatch) -> None:
        CliRunner().invoke(app, ["seed"])

        result = CliRunner().invoke(app, ["create-superuser"], input="ada@acme.example.com\n")

        assert "was there already, and may now work across tenants" in result.output
        assert "Password" not in result.output

    def test_asks(self, environment: pytest.MonkeyPatch) -> None:
        answers = "asked@example.com\nAsked\ncorrect horse battery\ncorrect horse battery\n"

        result = CliRunner().invoke(app, ["create-superuser"], input=answers)

        assert "asked@example.com may now work across tenants" in result.output

    def test_reads_the_environment(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("APP_SUPERUSER_EMAIL", "set@example.com")
        environment.setenv("APP_SUPERUSER_NAME", "Set")
        environment.setenv("APP_SUPERUSER_PASSWORD", "correct horse battery")

        result = CliRunner().invoke(app, ["create-superuser"])

        assert "set@example.com may now work across tenants" in result.output

    @pytest.mark.parametrize(
        ("given", "variable"),
        [
            ([], "APP_SUPERUSER_EMAIL"),
            (["--email", "new@example.com"], "APP_SUPERUSER_NAME"),
            (["--email", "new@example.com", "--name", "New"], "APP_SUPERUSER_PASSWORD"),
        ],
    )
    def test_says_what_to_set_where_nobody_answers(
        self, environment: pytest.MonkeyPatch, given: list[str], variable: str
    ) -> None:
        result = CliRunner().invoke(app, ["create-superuser", *given])

        assert f"Nobody to ask: set {variable}" in result.output
        assert result.exit_code == 2


class TestMain:
    @pytest.mark.parametrize(
        ("variable", "value", "code", "sentence"),
        [
            ("APP_DATABASE_POOL_SIZE", "many", 2, "APP_DATABASE_POOL_SIZE is wrong"),
            (
                "APP_DATABASE_OWNER_URL",
                "postgresql://app_owner@127.0.0.1:1/a",
                1,
                "nothing listens",
            ),
        ],
    )
    def test_ends_with_a_sentence(
        self,
        environment: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        variable: str,
        value: str,
        code: int,
        sentence: str,
    ) -> None:
        environment.setenv(variable, value)
        environment.setattr(sys, "argv", ["app", "migrate"])

        with pytest.raises(SystemExit) as ended:
            main()

        assert ended.value.code == code
        assert sentence in capsys.readouterr().err

    @pytest.mark.slow
    def test_is_what_python_runs(self) -> None:
        command = [sys.executable, "-m", "app", "--help"]

        answer = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)

        assert "doctor" in answer.stdout
