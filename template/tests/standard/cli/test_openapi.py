"""`app openapi`: what `make check` says of openapi.json, and of clients that break."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.cli import _openapi
from app.cli._openapi import CURRENT, ON_PURPOSE, RELEASED, _faults, _text

FILES = (CURRENT, RELEASED)
BROKEN = "GET /api/v1/users: is gone"


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(_text(app.openapi()))
    return copy


@pytest.fixture
def project(tmp_path: Path, document: dict[str, Any]) -> Path:
    for name in FILES:
        (tmp_path / name).write_text(_text(document), encoding="utf-8")
    return tmp_path


def without_users(document: dict[str, Any]) -> dict[str, Any]:
    del document["paths"]["/api/v1/users"]
    return document


class TestCheck:
    def test_is_content_with_a_project_that_keeps_no_document(
        self, tmp_path: Path, document: dict[str, Any]
    ) -> None:
        assert list(_faults(tmp_path, document)) == []

    def test_is_content_when_nothing_has_changed(
        self, project: Path, document: dict[str, Any]
    ) -> None:
        assert list(_faults(project, document)) == []

    def test_says_what_is_outdated_and_what_breaks(
        self, project: Path, document: dict[str, Any]
    ) -> None:
        outdated, broken, advice = _faults(project, without_users(document))

        assert outdated == "openapi.json is outdated. Run: make openapi"
        assert broken == f"breaks clients: {BROKEN}"
        assert advice.endswith(f'openapi.breaking.toml: "{BROKEN}" = "the reason"')

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            (f'"{BROKEN}" = "nobody called it"', None),
            (f'"{BROKEN}" = ""', f"openapi.breaking.toml: say why, for {BROKEN!r}"),
            (
                f'"{BROKEN}" = "nobody called it"\n"GET /old: is gone" = "it was old"',
                "openapi.breaking.toml: 'GET /old: is gone' breaks nothing any more, remove the"
                " line",
            ),
        ],
    )
    def test_takes_what_is_said_on_purpose(
        self, project: Path, document: dict[str, Any], said: str, fault: str | None
    ) -> None:
        (project / CURRENT).unlink()
        (project / ON_PURPOSE).write_text(said, encoding="utf-8")

        assert list(_faults(project, without_users(document))) == ([fault] if fault else [])


class TestTheCommand:
    def test_writes_checks_and_releases(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_openapi, "PROJECT", tmp_path)
        monkeypatch.setenv("APP_OPENAPI_VERSION", "of this machine")

        _openapi.openapi(release=True)
        _openapi.openapi(check=True)

        written = (tmp_path / CURRENT).read_text(encoding="utf-8")
        assert (tmp_path / RELEASED).read_text(encoding="utf-8") == written
        assert json.loads(written)["info"]["version"] != "of this machine"
