"""No signing secret is a published one or can be guessed."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex, token_urlsafe

import pytest

from app.config import SettingsError, load_settings
from app.config._secrets import PUBLISHED, kept_secret, secret_problem

from .test_load import SAFE, Environment, environment

__all__ = ["environment"]

WEAK = (
    "",
    "x" * 31,
    "x" * 32,
    "x" * 64,
    "ab" * 16,
    "0123456789" * 4,
    "abcdefghijklmnopqrstuvwxyz012345",
    "98765432109876543210987654321098",
    "qwertyuiopasdfghjklzxcvbnm123456",
    "aaaaaaaabbbbbbbbccccccccdddddddd",
    "password-password-password-12345",
    "my-Super-Secret-key-of-this-app!!",
    "change_me_change_me_please_do_it!",
    "django-insecure-9k2l3m4n5o6p7q8r",
    "CHANGE-THIS-in-production-2f9a8c1",
    "development-0f8a2b7c6d5e4f3a2b1c",
    "x" * 31 + "y",
    *PUBLISHED,
)


@pytest.mark.parametrize("secret", WEAK)
@pytest.mark.parametrize("variable", ["APP_SECRET_KEY", "APP_AUTH_PREVIOUS_SECRETS"])
def test_a_weak_secret_is_refused_in_production(
    environment: Environment, secret: str, variable: str
) -> None:
    if not secret and variable != "APP_SECRET_KEY":
        return
    message = environment.refuse({**SAFE, variable: secret})

    assert variable in message
    assert not secret or secret not in message


@pytest.mark.parametrize("token", ["x" * 16, "password12345678", "abcdefghijklmnop"])
def test_so_is_a_weak_token_for_the_metrics(environment: Environment, token: str) -> None:
    refusal = environment.refuse({**SAFE, "APP_TELEMETRY_METRICS_TOKEN": token})

    assert "APP_TELEMETRY_METRICS_TOKEN must be random" in refusal


@pytest.mark.parametrize("make", [lambda: token_urlsafe(48), lambda: token_hex(16)])
def test_one_made_at_random_is_taken(make: Callable[[], str]) -> None:
    assert [secret_problem(make()) for _ in range(500)] == [None] * 500


@pytest.mark.parametrize("secret", sorted(PUBLISHED))
def test_a_published_one_is_refused_everywhere(environment: Environment, secret: str) -> None:
    refusal = environment.refuse({"APP_ENVIRONMENT": "development", "APP_SECRET_KEY": secret})

    assert "APP_SECRET_KEY is known to everybody" in refusal


class TestTheKeptOne:
    def test_is_made_once_and_for_this_user_alone(
        self, environment: Environment, tmp_path: Path
    ) -> None:
        first, second = environment.load({}), environment.load({})

        assert first.secret_key == second.secret_key
        assert secret_problem(first.secret_key.get_secret_value()) is None
        file = tmp_path / ".data" / "secret_key"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [each.name for each in file.parent.iterdir()] == ["secret_key"]

    def test_gives_way_to_a_given_one(self, environment: Environment) -> None:
        settings = environment.load({"APP_SECRET_KEY": "s3cret"})

        assert settings.secret_key.get_secret_value() == "s3cret"

    def test_is_another_one_in_each_copy(self, tmp_path: Path) -> None:
        assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "two")

    def test_is_the_same_in_processes_that_start_at_once(self, tmp_path: Path) -> None:
        code = "import sys; from pathlib import Path; from app.config._secrets import kept_secret"
        code += "; print(kept_secret(Path(sys.argv[1])))"
        command = [sys.executable, "-c", code, str(tmp_path)]
        paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, env=paths) for _ in range(4)]

        secrets = {process.communicate(timeout=60)[0] for process in processes}
        assert len(secrets) == 1
        assert len(secrets.pop()) > 60

    def test_needs_a_folder_that_can_be_written(
        self, environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setattr("app.config._load.DATA", tmp_path / "file" / ".data")

        with pytest.raises(SettingsError, match=r"APP_SECRET_KEY must be set, since .* cannot"):
            load_settings(None)
