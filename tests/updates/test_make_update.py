"""Test `make update` in a project; the steps after the merge are only recorded here."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.history import releases
from tools.snapshot import GIT_ENVIRONMENT, VERSION, git

from .conftest import Project
from .next_release import AFTER_NEXT, DROPPED, NEXT
from .one_update import answers_of, commit, conflicts

Run = Callable[..., subprocess.CompletedProcess[str]]
NOTED = '#!/bin/sh\nfor target; do :; done\necho "$target" >> "$NOTES"\n'


@pytest.fixture
def project(project_at: Project) -> Path:
    return project_at(VERSION, "default", False)


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    """Return run("update", "--to", …), with a `make` that only records its calls."""
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
        """The signal goes to all processes of the terminal, as with Ctrl-C."""
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


class TestOrigin:
    """Each problem gives a sentence that says what to do, and changes nothing."""

    def refused(self, project: Path, run: Run, *arguments: str) -> str:
        commit(project)
        done = run("update", *copier(instead="false"), *arguments)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert is_as_it_was(project)
        return done.stderr

    @pytest.mark.parametrize("name", ["v7777.0.0", "no-such", "--force", "v1 v2", "../x", "ä"])
    def test_has_no_such_release(self, name: str, project: Path, run: Run) -> None:
        assert f"The template has no release {name}" in self.refused(project, run, f"--to={name}")

    @pytest.mark.parametrize("name", ["v0.0.9", "v9999.0.0-3-g1234567"])
    def test_does_not_have_the_projects_release_any_more(self, name: str, project: Path, run: Run) -> None:
        write_answers(project, "_commit", name)

        said = self.refused(project, run)

        assert f"This project is at {name}, and the template does not have it any more" in said
        assert "docs/updating.md" in said

    def test_is_a_shallow_clone(self, project: Path, run: Run, all_releases: Path, tmp_path: Path) -> None:
        shallow = tmp_path / "shallow"
        git(
            tmp_path, "clone", "--quiet", "--depth", "1", "--branch", AFTER_NEXT, f"file://{all_releases}", str(shallow)
        )
        write_answers(project, "_src_path", str(shallow))

        assert "git fetch --unshallow --tags" in self.refused(project, run)

    def test_has_no_release(self, project: Path, run: Run, all_releases: Path, tmp_path: Path) -> None:
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "--quiet", "--no-tags", str(all_releases), str(clone))
        write_answers(project, "_src_path", str(clone))

        assert "git fetch --tags" in self.refused(project, run)

    def test_was_no_repository(self, project: Path, run: Run) -> None:
        write_answers(project, "_commit", None)

        assert "unpacked archive" in self.refused(project, run)
        assert "unpacked archive" in run("check").stdout

    @pytest.mark.parametrize("path", ["../template", "template", "./a b"])
    def test_was_a_relative_path(self, path: str, project: Path, run: Run) -> None:
        write_answers(project, "_src_path", path)

        said = self.refused(project, run)

        assert f"by a path that was meant from elsewhere, {path}" in said
        assert "_src_path" in run("check").stdout


class TestAnswers:
    def test_that_were_edited_by_hand_are_refused_with_the_way_out(self, project: Path, run: Run) -> None:
        stored = project / ".copier-answers.yml"
        text = stored.read_text()
        stored.write_text(text.replace("ci: github", "ci: gitlab"))
        commit(project)

        assert "make update answer='ci=gitlab'" in run("update", *copier(instead="false")).stderr
        assert run("check").returncode == 1
        assert "was changed by hand" in run("check").stdout

        stored.write_text(text)
        assert run("check").returncode == 0

    def test_may_have_the_templates_new_address_and_other_line_endings(self, project: Path, run: Run) -> None:
        write_answers(project, "_src_path", "https://example.com/standard.git")
        stored = project / ".copier-answers.yml"
        stored.write_bytes(stored.read_bytes().replace(b"\n", b"\r\n"))

        assert run("check").returncode == 0

    @pytest.mark.slow
    def test_are_changed_by_an_update(self, project: Path, run: Run) -> None:
        done = run("update", *copier(), "--to", VERSION, "--answer", "ci=gitlab")

        assert done.returncode == 0, done.stderr
        assert (project / ".gitlab-ci.yml").exists()
        assert not (project / ".github").exists()
        assert run("check").returncode == 0


class TestOldProject:
    @pytest.mark.slow
    def test_is_safe_with_its_own_old_script(self, project_at: Project, tmp_path: Path) -> None:
        """An old release's `make update` runs the new release's scripts, which leave links and own files alone."""
        project = project_at(next(iter(releases())), "default", True)
        (project / "AGENTS.md").unlink()
        (project / "CLAUDE.md").write_text("mine\n")
        (project / "AGENTS.md").symlink_to("CLAUDE.md")
        (project / ".gitattributes").write_text("*.sh text\n")
        commit(project)

        done = subprocess.run(
            [sys.executable, "-m", "standard", "update", *copier(), "--to", VERSION],
            cwd=project,
            env=GIT_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 1
        assert (project / "AGENTS.md").is_symlink()
        assert (project / "CLAUDE.md").read_text() == "mine\n"
        assert conflicts(project) == [".gitattributes", str(project / ".gitattributes")]
        assert {"*.sh text", "* text=auto eol=lf"} <= set((project / ".gitattributes").read_text().splitlines())


class TestInterruptedUpdate:
    def test_brings_back_what_it_had_put_aside(self, project: Path, run: Run) -> None:
        """Copier dies between the two scripts, when an ignored folder, which is in no commit, is set aside."""
        put_docs_aside = (
            "import sys; sys.path.insert(0, '.'); from pathlib import Path; from standard.aside import put_aside;"
            " put_aside(Path.cwd(), ['docs']); sys.exit(3)"
        )
        (project / ".git/info/exclude").write_text("/docs/\n")
        git(project, "rm", "--quiet", "-r", "--cached", "docs")
        git(project, "commit", "--quiet", "--message", "Docs are elsewhere")
        (project / "docs/mine.md").write_text("mine\n")

        done = run("update", *copier(instead=f'{sys.executable} -c "{put_docs_aside}"'), "--to", NEXT)

        assert done.returncode == 2
        assert "Everything is as it was." in done.stderr
        assert (project / "docs/mine.md").read_text() == "mine\n"


def write_answers(project: Path, name: str, value: str | None) -> None:
    """Change an answer of Copier's own, without the checksum, as if Copier had written it."""
    stored = project / ".copier-answers.yml"
    lines = [line for line in stored.read_text().splitlines() if not line.startswith((f"{name}:", "#"))]
    stored.write_text("\n".join([*lines, *([f"{name}: {value}"] if value else [])]) + "\n")
