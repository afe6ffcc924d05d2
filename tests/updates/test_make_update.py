"""`make update` in a project, as a person meets it; what follows a merge is only noted here, and real elsewhere."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.snapshot import GIT_ENVIRONMENT, VERSION, git

from .cell import answers_of, commit
from .conftest import Project
from .next_release import AFTER_NEXT, DROPPED, NEXT

Run = Callable[..., subprocess.CompletedProcess[str]]
NOTED = '#!/bin/sh\nfor target; do :; done\necho "$target" >> "$NOTES"\n'


@pytest.fixture
def project(project_at: Project) -> Path:
    return project_at(VERSION, "default", False)


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    """run("update", "--to", …), with a `make` that only notes what it was asked for."""
    make = tmp_path / "bin/make"
    make.parent.mkdir()
    make.write_text(NOTED)
    make.chmod(0o755)
    environment = {
        **GIT_ENVIRONMENT,
        "PATH": f"{make.parent}{os.pathsep}{os.environ['PATH']}",
        "NOTES": str(tmp_path / "notes"),
    }

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "standard", *arguments],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def copier(*, instead: str = "") -> tuple[str, str]:
    return "--copier", instead or f"{sys.executable} -m copier"


def is_as_it_was(project: Path) -> bool:
    return git(project, "status", "--porcelain") == ""


class TestUpdate:
    @pytest.mark.slow
    def test_goes_from_release_to_release(self, project: Path, run: Run, tmp_path: Path) -> None:
        done = run("update", *copier(), "--to", NEXT)

        assert done.returncode == 0, done.stderr
        assert f"From {VERSION} to {NEXT}" in done.stdout
        assert "Everything changes." in done.stdout
        assert "Once more." not in done.stdout
        assert "A new question, region, was answered with its default: europe" in done.stdout
        assert f'git commit --message "Update the standard to {NEXT}"' in done.stdout
        assert (tmp_path / "notes").read_text().split() == ["install", "adopt", "check"]
        assert answers_of(project)["_commit"] == NEXT

    def test_ends_with_a_list_and_the_way_back_when_something_conflicts(self, project: Path, run: Run) -> None:
        mine = (project / DROPPED).read_text() + "\nMine.\n"
        (project / DROPPED).write_text(mine)
        makefile = (project / "Makefile").read_text()
        (project / "Makefile").write_text(f"# Mine.\n{makefile}")
        commit(project)

        done = run("update", *copier(), "--to", NEXT)

        assert done.returncode == 1
        assert f"  {DROPPED}: the standard has dropped it, and you had edited it" in done.stderr
        assert "  Makefile: " in done.stderr
        assert (project / DROPPED).read_text() == mine
        assert run("check").returncode == 1
        assert "There are conflicts left" in run("settle").stderr
        *_, back = done.stderr.strip().splitlines()
        subprocess.run(back, shell=True, cwd=project, check=True, capture_output=True)
        assert is_as_it_was(project)

    def test_refuses_work_that_is_not_committed(self, project: Path, run: Run) -> None:
        (project / "new.txt").write_text("Mine.\n")

        done = run("update", *copier(), "--to", NEXT)

        assert done.returncode == 2
        assert "There is work here that is not committed" in done.stderr
        assert (project / "new.txt").exists()

    @pytest.mark.parametrize("instead", ["false", "sh -c 'echo broken > Makefile; rm ruff.toml; exit 3'", "no-such"])
    def test_leaves_all_as_it_was_when_copier_fails(self, instead: str, project: Path, run: Run) -> None:
        done = run("update", *copier(instead=instead), "--to", NEXT)

        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert is_as_it_was(project)

    def test_leaves_all_as_it_was_when_it_is_interrupted(self, project: Path, run: Run) -> None:
        """As Ctrl-C does it: the signal goes to everything that this terminal has started."""
        interrupt = "echo broken > Makefile; touch new; kill -INT $PPID; sleep 1"

        done = run("update", *copier(instead=f"sh -c '{interrupt}'"), "--to", NEXT)

        assert done.returncode == 2
        assert done.stderr == "Everything is as it was.\nInterrupted.\n"
        assert is_as_it_was(project)

    def test_says_that_there_is_no_such_release(self, project: Path, run: Run) -> None:
        done = run("update", *copier(), "--to", "v7777.0.0")

        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert is_as_it_was(project)


class TestUpdateCheck:
    def test_tells_scripts(self, run: Run) -> None:
        done = run("update-check", "--json")

        assert done.returncode == 1
        assert json.loads(done.stdout) == {"current": VERSION, "latest": AFTER_NEXT, "newer": True}

    def test_is_content_with_the_newest(self, project: Path, run: Run) -> None:
        stored = project / ".copier-answers.yml"
        stored.write_text(stored.read_text().replace(VERSION, AFTER_NEXT))

        assert run("update-check").returncode == 0

    def test_says_that_the_template_is_out_of_reach(self, project: Path, run: Run) -> None:
        stored = project / ".copier-answers.yml"
        text = stored.read_text().splitlines()
        stored.write_text("\n".join("_src_path: /nowhere" if "_src_path" in line else line for line in text))

        done = run("update-check", "--json")

        assert done.returncode == 2
        assert "git ls-remote failed" in done.stderr


class TestStandardCheck:
    def test_is_content_with_a_new_project(self, run: Run) -> None:
        done = run("check")

        assert done.returncode == 0, done.stdout

    def test_names_what_was_edited_and_where_it_could_go(self, project: Path, run: Run) -> None:
        (project / "Makefile").write_text("# Mine.\n")
        (project / "src/app/kit/ids.py").unlink()
        (project / "ruff.toml").write_text("# Mine, and it is shared.\n")
        (project / "left.py.rej").write_text("@@\n")

        done = run("check")

        assert done.returncode == 1
        assert "Makefile: edited" in done.stdout
        assert "local.mk" in done.stdout
        assert "src/app/kit/ids.py: removed" in done.stdout
        assert "left.py.rej: holds an edit" in done.stdout
        assert "ruff.toml" not in done.stdout

    def test_takes_a_reason(self, project: Path, run: Run) -> None:
        (project / "Makefile").write_text("# Mine.\n")
        (project / "standard/edited.toml").write_text('[edited]\n"Makefile" = "until 1.2"\n')

        assert run("check").returncode == 0
