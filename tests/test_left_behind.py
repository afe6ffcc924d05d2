"""Updates report what they cannot change: an old name in a client's files, and files that git skips."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.snapshot import GIT_ENVIRONMENT, ROOT, commit_all, git
from updates.left_behind import names_left_behind

BEFORE = {"project_name": "Acme Portal", "project_slug": "acme-portal", "ci": "github"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (folder / "README.md").write_text("# Acme Portal\n\nRuns as acme-portal.\n")
    (folder / "docs/über.md").write_text("Of Acme Portal, not of Acme Portals.\n")
    (folder / ".copier-answers.yml").write_text("project_name: Acme Portal\n")
    commit_all(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("project")
class TestNames:
    def test_say_where_they_stand(self) -> None:
        after = {**BEFORE, "project_name": "Blue Harbour", "project_slug": "blue-harbour"}

        assert list(names_left_behind(BEFORE, after)) == [
            "project_name is Blue Harbour now. The old one, Acme Portal, is still in README.md:1, docs/über.md:1:"
            " these lines are yours, change them by hand.",
            "project_slug is blue-harbour now. The old one, acme-portal, is still in README.md:3:"
            " these lines are yours, change them by hand.",
        ]

    @pytest.mark.parametrize("after", [BEFORE, {**BEFORE, "ci": "gitlab"}])
    def test_say_nothing_where_they_are_the_same(self, after: dict[str, str]) -> None:
        assert list(names_left_behind(BEFORE, after)) == []

    def test_say_nothing_where_they_stand_nowhere(self) -> None:
        assert list(names_left_behind({"project_name": "Old"}, {"project_name": "New"})) == []


class TestHiddenFiles:
    """`make update` and `make module` refuse such files; the test runs the project's own code."""

    @pytest.mark.parametrize(
        ("hide", "show"), [("skip-worktree", "no-skip-worktree"), ("assume-unchanged", "no-assume-unchanged")]
    )
    def test_are_refused(self, hide: str, show: str, project: Path) -> None:
        for file in (ROOT / "template/standard").glob("*.py"):
            (project / "standard").mkdir(exist_ok=True)
            (project / "standard" / file.name).write_bytes(file.read_bytes())
        git(project, "add", "--all")
        git(project, "commit", "--quiet", "--message", "standard")
        git(project, "update-index", f"--{hide}", "README.md")
        (project / "README.md").write_text("Mine, and hidden.\n")

        done = update(project)

        assert done.returncode == 2
        assert f"  git update-index --{show} -- README.md" in done.stderr
        assert (project / "README.md").read_text() == "Mine, and hidden.\n"
        git(project, "update-index", f"--{show}", "README.md")
        assert "There is work here that is not committed" in update(project).stderr


def update(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "standard", "update"]
    return subprocess.run(command, cwd=project, env=GIT_ENVIRONMENT, capture_output=True, text=True, check=False)
