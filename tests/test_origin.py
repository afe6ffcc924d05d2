"""The hint for a new project that no update could reach."""

from pathlib import Path
from typing import cast

import pytest
from jinja2.runtime import Context

from extensions.modules.origin import update_hint
from tools.snapshot import commit_all, git


def hint(**answers: str | None) -> str:
    return update_hint(cast(Context, {"_copier_answers": answers}))


@pytest.fixture
def template(tmp_path: Path) -> Path:
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "a").write_text("a\n")
    commit_all(folder)
    return folder


class TestHint:
    @pytest.mark.parametrize(
        "source",
        [
            "git+https://example.com/standard.git",
            "https://example.com/standard.git",
            "git@example.com:agency/standard.git",
            "gh:agency/standard",
            "gl:agency/standard",
            "ssh://git@example.com/standard.git",
        ],
    )
    def test_is_empty_for_a_release(self, source: str) -> None:
        assert hint(_src_path=source, _commit="v1.2.0") == ""

    @pytest.mark.parametrize("source", ["/srv/standard", "~/standard"])
    def test_says_what_colleagues_need(self, source: str) -> None:
        said = hint(_src_path=source, _commit="v1.2.0")

        assert "which colleagues have not" in said
        assert "_src_path: git+https://" in said

    def test_names_a_folder_that_is_no_repository(self) -> None:
        assert "no git repository" in hint(_src_path="/srv/standard", _commit=None)

    @pytest.mark.parametrize("source", ["../standard", "standard", "./standard", "a b/standard"])
    def test_names_a_relative_path(self, source: str) -> None:
        assert f"{source} means another folder there" in hint(_src_path=source, _commit="v1.2.0")

    def test_names_a_commit_that_nobody_has(self, template: Path) -> None:
        assert "nobody has committed" in hint(_src_path=str(template), _commit="v1.2.0-1-g1234567")

    def test_names_a_commit_that_is_no_release(self, template: Path) -> None:
        commit = git(template, "rev-parse", "--short", "HEAD").strip()

        assert "no release" in hint(_src_path=str(template), _commit=commit)
