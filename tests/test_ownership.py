"""No update, recopy or answer takes back what a client owns. ADR 0004 has the reasons."""

import shutil
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml

from tools.snapshot import commit_all, git, snapshot

OPTIONS: dict[str, Any] = {"defaults": True, "unsafe": True, "quiet": True, "overwrite": True}
NEXT = "v9999.1.0"
STANDARDS_CHANGES = {".copier-answers.yml", "src/app/kit/__init__.py", "standard/files.sha256"}


@pytest.fixture(scope="module")
def next_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree, and a release after it that changes as many of a client's files as possible."""
    folder = snapshot(tmp_path_factory.mktemp("next"))
    changed = ("src/app/modules/widgets/services.py", "README.md.jinja", "src/app/seeds.py", "src/app/kit/__init__.py")
    for name in changed:
        file = folder / "template" / name
        file.write_text(file.read_text() + "\n# Changed by the standard.\n")
    git(folder, "rm", "--quiet", ":(glob)template/src/app/modules/*/README.md.jinja")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "next")
    git(folder, "tag", "--annotate", "--message", "next", NEXT)
    return folder


@pytest.fixture(scope="module")
def generated(next_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("client")
    answers = {"custom_modules": "boats, people"}
    copier.run_copy(str(next_template), project, data=answers, vcs_ref="v9999.0.0", **OPTIONS)
    commit_all(project)
    return project


@pytest.fixture
def client(generated: Path, tmp_path: Path) -> Path:
    """A project that a client has edited."""
    project = tmp_path / "client"
    shutil.copytree(generated, project)
    services = project / "src/app/modules/boats/services.py"
    services.write_text(services.read_text() + "\n# Mine.\n")
    (project / "src/app/modules/boats/own.py").write_text("# Mine.\n")
    (project / "src/app/modules/people/routes.py").unlink()
    (project / "LICENSE").unlink()
    commit(project)
    return project


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Mine")


def changes(project: Path) -> set[str]:
    return {line[3:] for line in git(project, "status", "--porcelain", "--untracked-files=all").splitlines()}


def answers(project: Path) -> dict[str, Any]:
    stored = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert isinstance(stored, dict)
    return stored


def update(project: Path, **data: Any) -> None:
    copier.run_update(project, data=data, vcs_ref=NEXT, context_lines=1000, **OPTIONS)


class TestUpdate:
    def test_changes_the_standard_alone(self, client: Path) -> None:
        update(client)

        assert changes(client) == STANDARDS_CHANGES

    def test_adds_a_module_and_nothing_else_of_the_client(self, client: Path) -> None:
        update(client, custom_modules="boats, people, sails")

        added = {name for name in changes(client) if "/sails/" in name}
        assert "src/app/modules/sails/services.py" in added
        assert changes(client) - added == STANDARDS_CHANGES

    def test_changes_nothing_the_second_time(self, client: Path) -> None:
        update(client)
        commit(client)

        update(client)

        assert changes(client) == set()

    def test_leaves_a_module_that_the_answers_forget(self, client: Path) -> None:
        update(client, custom_modules="boats")

        assert changes(client) == STANDARDS_CHANGES

    def test_keeps_an_answer_that_its_rules_would_refuse_today(self, client: Path) -> None:
        stored = client / ".copier-answers.yml"
        stored.write_text(stored.read_text().replace("boats, people", "boats, people, users"))
        commit(client)

        update(client)

        assert answers(client)["custom_modules"] == "boats, people, users"


class TestRecopy:
    def test_writes_the_standard_alone(self, client: Path) -> None:
        (client / "src/app/kit/clock.py").write_text("# Broken.\n")
        commit(client)

        copier.run_recopy(client, vcs_ref="v9999.0.0", **OPTIONS)

        assert changes(client) == {"src/app/kit/clock.py"}


class TestFolder:
    def test_with_odd_characters_is_recognised(self, next_template: Path, tmp_path: Path) -> None:
        project = tmp_path / "odd [name]*"
        copier.run_copy(str(next_template), project, data={"custom_modules": "boats"}, vcs_ref="v9999.0.0", **OPTIONS)
        services = project / "src/app/modules/boats/services.py"
        services.write_text("# Mine.\n")

        copier.run_recopy(project, vcs_ref="v9999.0.0", **OPTIONS)

        assert services.read_text() == "# Mine.\n"
