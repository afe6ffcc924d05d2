"""Check the files of each answer set, before any of them runs."""

import json
import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from pytest_copie.plugin import Copie

from tests.answers import ANSWER_SETS
from tests.conftest import Render
from tools.snapshot import ROOT, git

SNAPSHOTS = Path(__file__).parent / "snapshots"
LICENSE_STARTS = {
    "Proprietary": "Copyright (c) The authors. All rights reserved.",
    "MIT": "MIT License",
    "Apache-2.0": "                                 Apache License",
    "BSD-3-Clause": "BSD 3-Clause License",
}


def files_of(project: Path) -> list[str]:
    return sorted(name for name in git(project, "ls-files", "-z").split("\0") if name)


def text_of(file: Path) -> str:
    """Return the text, or an empty string for binary files, such as a compressed list."""
    content = file.read_bytes()
    return "" if b"\0" in content else content.decode()


class TestFiles:
    @pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ANSWER_SETS])
    def test_are_the_listed_ones(self, name: str, project_of: Render) -> None:
        """Run WRITE_LISTINGS=1 make test only=tests/test_renderings.py after an intended change."""
        files, snapshot = "\n".join(files_of(project_of(name))) + "\n", SNAPSHOTS / f"{name}.txt"
        if os.environ.get("WRITE_LISTINGS"):
            snapshot.write_text(files)

        assert files == snapshot.read_text()

    def test_have_no_jinja_left(self, project: Path) -> None:
        left = re.compile(
            r"\{% |\{\{ (project|description|author|license|python|module|standard|step|_copier|m\.|[Ww]idget)"
        )
        rendered = (name for name in files_of(project) if not (ROOT / "template" / name).is_file())

        assert [name for name in rendered if left.search(text_of(project / name))] == []

    def test_are_readable_by_their_tools(self, project: Path) -> None:
        for name in files_of(project):
            text = text_of(project / name)
            if name.endswith(".toml"):
                tomllib.loads(text)
            elif name.endswith((".yml", ".yaml")):
                yaml.safe_load(text)

    def test_have_no_word_of_the_skeleton(self, project: Path) -> None:
        for name in files_of(project):
            if name.startswith("src/app/modules/"):
                assert "widget" not in text_of(project / name).lower(), name


class TestAnswers:
    def test_arrive_in_the_metadata(self, project_of: Render) -> None:
        answers = ANSWER_SETS["everything"]
        metadata = tomllib.loads((project_of("everything") / "pyproject.toml").read_text())["project"]

        assert metadata["name"] == answers["project_slug"]
        assert metadata["description"] == answers["description"]
        assert metadata["authors"] == [{"name": answers["author_name"], "email": answers["author_email"]}]
        assert metadata["license"] == "Apache-2.0"

    def test_choose_the_license(self, project: Path) -> None:
        answers = yaml.safe_load((project / ".copier-answers.yml").read_text())

        assert (project / "LICENSE").read_text().startswith(LICENSE_STARTS[answers["license"]])

    def test_are_no_date_and_no_chance(self, render: Render) -> None:
        first, second = (render(**ANSWER_SETS["default"]) for _ in range(2))

        assert git(first, "rev-parse", "HEAD^{tree}") == git(second, "rev-parse", "HEAD^{tree}")


class TestChain:
    def test_is_one_line_from_the_standard_to_the_modules(self, project_of: Render) -> None:
        versions = project_of("default") / "migrations/versions"
        texts = {file.name: file.read_text() for file in versions.glob("*.py")}
        revision_of = {re.search(r'^revision = "(.*)"', text, re.M)[1]: name for name, text in texts.items()}  # type: ignore[index]  # a file without one fails here as well
        downs = {name: re.search(r"^down_revision = (.*)", text, re.M)[1] for name, text in texts.items()}  # type: ignore[index]  # as above

        last = set(texts) - {revision_of[json.loads(down)] for down in downs.values() if down != "None"}

        assert list(downs.values()).count("None") == 1
        assert last == {"projects_s0001_create.py"}


class TestCopie:
    def test_renders_the_defaults_too(self, copie: Copie) -> None:
        """Render with the fixture of pytest-copie, as tests of other templates would."""
        result = copie.copy(extra_answers={"custom_modules": ["projects"]})

        assert result.exit_code == 0, result.exception
        assert result.project_dir is not None
        assert (result.project_dir / "src/app/modules/projects/models.py").exists()
        assert not (result.project_dir / "src/app/modules/widgets").exists()
        assert (ROOT / "copier.yml").exists()
