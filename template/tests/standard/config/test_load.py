import json
import os
from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from app.config import (
    ModuleSettings,
    Process,
    Settings,
    SettingsError,
    load_module_settings,
    load_settings,
)

SAFE = {
    "APP_ENVIRONMENT": "production",
    "APP_SECRET_KEY": "J3mW0c9yqkR7tLz2VbXf8HsPn5DgAeUo",
    "APP_PUBLIC_URL": "https://api.example.com",
    "APP_DATABASE_URL": "postgres://app_rw@db/app",
    "APP_DATABASE_OWNER_URL": "postgresql://app_owner@db/app",
    "APP_DATABASE_ADMIN_URL": "postgresql+asyncpg://app_admin@db/app",
    "APP_MAIL_HOST": "smtp.example.com",
    "APP_MAIL_SENDER": "Acme <no-reply@example.com>",
}


def provider(issuer: str) -> str:
    return json.dumps({"ours": {"issuer": issuer, "client_id": "a", "client_secret": "b"}})


class Environment:
    """Set variables, and load the settings."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def load(
        self,
        variables: dict[str, str],
        dotenv: Path | None = None,
        process: Process = "serve",
    ) -> Settings:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        return load_settings(dotenv, process=process)

    def refuse(
        self,
        variables: dict[str, str],
        dotenv: Path | None = None,
        process: Process = "serve",
    ) -> str:
        """Return the error message."""
        with pytest.raises(SettingsError) as refusal:
            self.load(variables, dotenv, process)
        return str(refusal.value)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    monkeypatch.setattr("app.config._load.DATA", tmp_path / ".data")
    for name in [name for name in os.environ if name.upper().startswith("APP_")]:
        monkeypatch.delenv(name)
    return Environment(monkeypatch)


class TestVariables:
    def test_reach_fields_and_groups(self, environment: Environment) -> None:
        settings = environment.load(
            {
                "APP_SECRET_KEY": "s3cret",
                "APP_DATABASE_OWNER_URL": "postgresql://owner@db/app",
                "APP_DATABASE_POOL_SIZE": "7",
                "APP_AUTH_ACCESS_MINUTES": "3",
                "APP_LOG_LEVEL": "debug",
                "APP_HTTP_MAX_BODY_BYTES": "4096",
            }
        )

        assert settings.secret_key.get_secret_value() == "s3cret"
        assert settings.database.owner_url == "postgresql+asyncpg://owner@db/app"
        assert settings.database.pool_size == 7
        assert settings.auth.access_minutes == 3
        assert settings.log.level == "DEBUG"
        assert settings.http.max_body_bytes == 4096

    def test_may_all_be_missing_in_development(self, environment: Environment) -> None:
        settings = environment.load({})

        assert settings.environment == "development"
        assert settings.database.url is None

    def test_come_from_a_file_unless_the_environment_has_them(
        self, environment: Environment, tmp_path: Path
    ) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text(
            "APP_LOG_LEVEL=ERROR\nAPP_DATABASE_POOL_SIZE=9\nOTHER=1\n", encoding="utf-8"
        )

        settings = environment.load({"APP_LOG_LEVEL": "WARNING"}, dotenv)

        assert (settings.log.level, settings.database.pool_size) == ("WARNING", 9)

    def test_that_are_empty_count_as_missing(self, environment: Environment) -> None:
        assert environment.load({"APP_DATABASE_URL": ""}).database.url is None

    def test_do_not_show_secrets_when_printed(self, environment: Environment) -> None:
        settings = environment.load(
            {"APP_SECRET_KEY": "hunter2", "APP_DATABASE_URL": "postgres://a:hunter2@db/app"}
        )

        assert "hunter2" not in repr(settings)


class TestAWrongValue:
    @pytest.mark.parametrize(
        ("variable", "value", "hint"),
        [
            ("APP_ENVIRONMENT", "staging", "'development', 'test' or 'production'"),
            ("APP_PUBLIC_URL", "api.example.com", "https://"),
            ("APP_DATABASE_URL", "mysql://root:hunter2@db", "PostgreSQL"),
            ("APP_DATABASE_POOL_SIZE", "many", "integer"),
            ("APP_AUTH_ACCESS_MINUTES", "11", "1 to 10"),
            ("APP_LOG_FORMAT", "xml", "json or console"),
        ],
    )
    def test_is_named_with_the_fix(
        self, environment: Environment, variable: str, value: str, hint: str
    ) -> None:
        message = environment.refuse({variable: value})

        assert f"{variable} is wrong" in message
        assert hint in message
        assert "hunter2" not in message

    def test_does_not_hide_the_others(self, environment: Environment) -> None:
        message = environment.refuse({"APP_LOG_LEVEL": "loud", "APP_DATABASE_POOL_SIZE": "0"})

        assert "APP_LOG_LEVEL" in message
        assert "APP_DATABASE_POOL_SIZE" in message


class TestAMisspelledVariable:
    @pytest.mark.parametrize(
        ("wrong", "right"),
        [
            ("APP_DATABSE_URL", "APP_DATABASE_URL"),
            ("APP_DATABASE_POOLSIZE", "APP_DATABASE_POOL_SIZE"),
            ("APP_SECRET", "APP_SECRET_KEY"),
            ("APP_ENV", "APP_ENVIRONMENT"),
            ("APP_AUTH", "APP_AUTH_ACCESS_MINUTES"),
        ],
    )
    def test_is_named_with_the_nearest_setting(
        self, environment: Environment, wrong: str, right: str
    ) -> None:
        message = environment.refuse({wrong: "hunter2"})

        assert f"{wrong} is no setting" in message
        assert f"Did you mean {right}?" in message
        assert "hunter2" not in message

    def test_in_the_file_is_found_as_well(self, environment: Environment, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("APP_LOG_LEVLE=DEBUG\n", encoding="utf-8")

        assert "APP_LOG_LEVEL?" in environment.refuse({}, tmp_path / ".env")

    @pytest.mark.parametrize(
        "name", ["APP_PORT", "APP_SERVICE_HOST", "APP_PORT_80_TCP_ADDR", "APP_HOME", "APP_VERSION"]
    )
    def test_is_not_seen_in_what_a_platform_sets(self, environment: Environment, name: str) -> None:
        environment.load({name: "1"})


class TestProduction:
    def test_starts_when_all_is_safe(self, environment: Environment) -> None:
        settings = environment.load(SAFE)

        assert settings.in_production
        assert settings.database.url == "postgresql+asyncpg://app_rw@db/app"

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("APP_SECRET_KEY", ""),
            ("APP_PUBLIC_URL", ""),
            ("APP_PUBLIC_URL", "http://api.example.com"),
            ("APP_AUTH_PAGES_URL", "http://app.example.com"),
            ("APP_AUTH_BROWSER_ORIGINS", "https://app.example.com,http://other.example.com"),
            ("APP_OIDC_PROVIDERS", provider("http://id.example.com")),
            ("APP_DATABASE_URL", ""),
            ("APP_MAIL_HOST", ""),
            ("APP_MAIL_SENDER", ""),
            ("APP_MAIL_SENDER", "Acme <no-reply@localhost>"),
        ],
    )
    def test_does_not_start_when_one_thing_is_unsafe(
        self, environment: Environment, variable: str, value: str
    ) -> None:
        message = environment.refuse({**SAFE, variable: value})

        assert f"{variable} must" in message
        assert message.count("must") == 1

    def test_lists_all_that_is_missing(self, environment: Environment) -> None:
        assert environment.refuse({"APP_ENVIRONMENT": "production"}).count("must") == 4

    @pytest.mark.parametrize(
        ("process", "needed"),
        [
            ("serve", {"APP_DATABASE_URL"}),
            ("work", {"APP_DATABASE_URL", "APP_DATABASE_ADMIN_URL"}),
            ("migrate", {"APP_DATABASE_OWNER_URL"}),
        ],
    )
    def test_gives_each_process_the_log_ins_that_it_needs(
        self, environment: Environment, process: Process, needed: set[str]
    ) -> None:
        """A server needs no passwords of roles with more rights."""
        others = {name: value for name, value in SAFE.items() if "DATABASE" not in name}
        given = {name: SAFE[name] for name in needed}

        environment.load(others | given, process=process)

        for name in needed:
            message = environment.refuse({name: ""}, process=process)
            assert f"{name} must be set" in message
            environment.load({name: SAFE[name]}, process=process)

    def test_migrates_with_nothing_but_the_owners_log_in(self, environment: Environment) -> None:
        owner = {"APP_DATABASE_OWNER_URL": SAFE["APP_DATABASE_OWNER_URL"]}

        environment.load({"APP_ENVIRONMENT": "production", **owner}, process="migrate")


VALUES = {
    "APP_DATABASE_POOL_SIZE": "7",
    "APP_AUTH_PREVIOUS_SECRETS": f"v{SAFE['APP_SECRET_KEY']},w{SAFE['APP_SECRET_KEY']}",
    "APP_OIDC_PROVIDERS": provider("https://id.example.com"),
    "APP_LIMITS_LOGIN": "7/minute",
    "APP_LOG_LEVEL": "debug",
}


class TestFiles:
    def test_hold_any_setting(self, environment: Environment, tmp_path: Path) -> None:
        """Files are read like variables: parsed, split, without the final line break."""
        inline = environment.load(VALUES | SAFE).model_dump()
        for name, value in (VALUES | SAFE).items():
            (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
            environment.monkeypatch.delenv(name)
            environment.monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))

        assert environment.load({}).model_dump() == inline

    def test_are_named_in_dotenv_too(self, environment: Environment, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("s3cret", encoding="utf-8")
        dotenv = tmp_path / ".env"
        dotenv.write_text(f"APP_SECRET_KEY_FILE={tmp_path}/key\n", encoding="utf-8")

        assert environment.load({}, dotenv).secret_key.get_secret_value() == "s3cret"

    @pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
    def test_that_cannot_be_read_are_named(
        self, environment: Environment, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "key"
        if content is not None:
            file.write_bytes(content)

        message = environment.refuse({"APP_SECRET_KEY_FILE": str(file)})

        assert f"APP_SECRET_KEY_FILE names {file}, which" in message

    def test_contradict_no_variable(self, environment: Environment, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("s3cret", encoding="utf-8")

        message = environment.refuse(
            {"APP_SECRET_KEY": "other", "APP_SECRET_KEY_FILE": str(tmp_path / "key")}
        )

        assert "APP_SECRET_KEY_FILE is set, and APP_SECRET_KEY too" in message
        assert "s3cret" not in message

    def test_do_not_excuse_a_misspelled_name(self, environment: Environment) -> None:
        message = environment.refuse({"APP_SECRT_KEY_FILE": "/run/secrets/key"})

        assert "Did you mean APP_SECRET_KEY_FILE?" in message

    def test_hold_settings_of_modules(self, environment: Environment, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
        environment.monkeypatch.setenv("APP_SHIPS_KEY_FILE", str(tmp_path / "key"))

        assert load_module_settings(ShipSettings, None).key == "s3cret"

        environment.monkeypatch.setenv("APP_SHIPS_KEY_FILE", str(tmp_path / "gone"))
        with pytest.raises(SettingsError, match="APP_SHIPS_KEY_FILE names"):
            load_module_settings(ShipSettings, None)


class ShipSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="APP_SHIPS_")

    key: str = "none"


class TestAnotherDatabase:
    def test_keeps_everything_else(self, environment: Environment) -> None:
        settings = environment.load({"APP_DATABASE_POOL_SIZE": "7"})

        other = settings.with_database(
            url="postgres://a/b", owner_url="postgres://c/d", admin_url="postgres://e/f"
        )

        assert (other.database.url, other.database.pool_size) == ("postgresql+asyncpg://a/b", 7)
        assert settings.database.url is None
