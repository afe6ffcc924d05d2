"""Run Copier's command on a small template: neither links nor git settings let it change the client's files."""

import shutil
from pathlib import Path

import pytest

from template.standard.aside import put_aside
from template.standard.neutral import neutral
from tools.snapshot import commit_all, git
from updates.before import refuse_unless_safe

from .one_update import conflicts
from .small import SmallTemplate, make_template, put, update

OLD = "".join(f"line {number}\n" for number in range(30))
NEW = OLD.replace("line 20\n", "line 20, by the standard\n")
FIRST = dict.fromkeys(("AGENTS.md", "Makefile", "docs/one.md", "docs/two.md", "core/tracing.py"), OLD)
SECOND = {
    "AGENTS.md": NEW,
    "Makefile": NEW,
    "docs/one.md": NEW,
    "docs/three.md": NEW,
    "core/tracing.py": None,
    "core/http/trace.py": NEW,
    "added.md": NEW,
}
MOVED = {"core/tracing.py": "core/http/trace.py"}

# Each of these settings has broken an update once, or could.
HOSTILE = {
    "apply": "[apply]\nwhitespace = error\n[core]\nwhitespace = trailing-space,indent-with-non-tab\n",
    "line endings": "[core]\nautocrlf = true\n",
    "input": "[core]\nautocrlf = input\neol = crlf\n",
    "diff": "[diff]\nnoprefix = true\nexternal = /bin/false\ncontext = 0\nalgorithm = patience\nrelative = true\n",
    "prefix": "[diff]\nmnemonicPrefix = true\nrenames = copies\nsuppressBlankEmpty = true\n[core]\nquotePath = false\n",
    "merge": "[merge]\nconflictStyle = diff3\nrenames = false\ndefault = union\n[color]\nui = always\n",
    "commits": "[commit]\ngpgSign = true\nverbose = true\n[status]\nshowUntrackedFiles = no\n",
    "hooks": "[core]\nhooksPath = {hooks}\nfsmonitor = /bin/false\nattributesFile = {attributes}\n",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> SmallTemplate:
    made = make_template(tmp_path_factory.mktemp("small") / "template")
    made.release(FIRST)
    made.release(SECOND, moved=MOVED)
    return made


@pytest.fixture
def project(template: SmallTemplate, tmp_path: Path) -> Path:
    return template.begin(tmp_path / "project")


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Mine")


def texts(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


class TestWhatIsTheClients:
    def test_is_not_written_through_a_link_a_filter_or_into_a_repository(
        self, project: Path, template: SmallTemplate
    ) -> None:
        """One run covers a file and a folder as links, a filtered file, an ignored one, and a submodule."""
        _link(project, "AGENTS.md", "CLAUDE.md")
        _filter(project, "Makefile")
        _ignore(project, "added.md", "mine\n")
        _submodule(project, "core", template)
        (project / "handbook").mkdir()
        git(project, "mv", "docs/one.md", "docs/two.md", "handbook")
        (project / "handbook/three.md").write_text("mine\n")
        (project / "docs").rmdir() if (project / "docs").exists() else None
        (project / "docs").symlink_to("handbook")
        commit(project)
        before, index = texts(project / "handbook"), git(project, "ls-files", "--stage")

        done = update(project)

        assert done.returncode == 0, done.stderr
        assert (project / "AGENTS.md").is_symlink()
        assert (project / "CLAUDE.md").read_text() == "mine\n"
        assert (project / "docs").is_symlink()
        assert texts(project / "handbook") == before
        assert "by the standard" not in (project / "Makefile").read_text()
        assert (project / "added.md").read_text() == "mine\n"
        assert set(texts(project / "core")) == {".git", "own.py"}
        assert git(project, "status", "--porcelain").split() == ["M", ".copier-answers.yml"]
        assert git(project, "ls-files", "--stage") == index
        for said in ("AGENTS.md: a symbolic link", "docs: a symbolic link", "Makefile: under the filter shout"):
            assert said in done.stderr
        assert "core: a repository of its own" in done.stderr
        assert "added.md: a file that git ignores" in done.stderr
        assert not (project / ".git/standard-update").exists()

    def test_is_not_written_through_others_of_the_kind(self, project: Path, tmp_path: Path) -> None:
        """One run covers links out of the project, to nowhere and above a moved file, a filter that a subfolder
        names, and a folder in place of a file."""
        outside = tmp_path / "outside.md"
        outside.write_text("mine\n")
        (project / "AGENTS.md").unlink()
        (project / "AGENTS.md").symlink_to(outside)
        (project / "Makefile").unlink()
        (project / "Makefile").symlink_to("nowhere")
        (project / "core").rename(project / "library")
        (project / "core").symlink_to("library", target_is_directory=True)
        put(project / "library/http/trace.py", "mine\n")
        git(project, "config", "filter.shout.clean", "tr a-z A-Z")
        put(project / "docs/.gitattributes", "one.md filter=shout\n")
        put(project / "added.md/page.md", "mine\n")
        (project / "docs/one.md").touch()
        commit(project)
        library, index = texts(project / "library"), git(project, "ls-files", "--stage")

        done = update(project)

        assert done.returncode == 0, done.stderr
        assert outside.read_text() == "mine\n"
        assert str((project / "Makefile").readlink()) == "nowhere"
        assert not (project / "nowhere").exists()
        assert (project / "core").is_symlink()
        assert texts(project / "library") == library
        assert (project / "docs/one.md").read_text() == OLD
        assert texts(project / "added.md") == {"page.md": "mine\n"}
        assert git(project, "ls-files", "--stage") == index
        for said in ("AGENTS.md: a symbolic", "Makefile: a symbolic", "core: a symbolic", "one.md: under the filter"):
            assert said in done.stderr
        assert "added.md: a folder where the standard has a file" in done.stderr

    def test_is_not_written_through_another_name_of_the_same_file(self, project: Path) -> None:
        (project / "twin.md").hardlink_to(project / "docs/one.md")
        commit(project)

        done = update(project)

        assert done.returncode == 0, done.stderr
        assert (project / "twin.md").read_text() == OLD
        assert (project / "docs/one.md").read_text() == NEW

    def test_comes_back_after_an_update_that_was_interrupted(self, project: Path, template: SmallTemplate) -> None:
        """The next update restores it; no commit of the project contains a nested repository."""
        _submodule(project, "core", template)
        commit(project)
        state = project / ".git/standard-update"
        state.mkdir()
        (state / "aside.json").write_text('["core"]')
        (project / "core").rename(state / "0")
        (project / "core").mkdir()

        done = update(project)

        assert done.returncode == 0, done.stderr
        assert (project / "core/own.py").exists()


class TestOwnFile:
    @pytest.mark.parametrize("settings", ["", *HOSTILE], ids=lambda name: name or "no settings")
    def test_at_a_path_that_a_release_adds_or_moves_to_is_a_conflict(
        self, settings: str, project: Path, tmp_path: Path
    ) -> None:
        put(project / "added.md", "mine  \n\tmine too \n")
        put(project / "core/http/trace.py", "mine\n")
        put(project / "docs/two.md", OLD + "# Ours.\n")
        put(project / 'a\tb "c".txt', "mine\n")
        commit(project)

        done = update(project, _machine(HOSTILE.get(settings, ""), tmp_path))

        assert done.returncode == 1
        assert "Traceback" not in done.stderr.split("TaskError")[0] or "CalledProcessError" not in done.stderr
        found = git(project, "diff", "--name-only", "--diff-filter=U").split()
        assert sorted(set(found)) == ["added.md", "core/http/trace.py"]
        for path in found:
            text = (project / path).read_text()
            assert "mine" in text
            assert "line 20, by the standard" in text
        assert (project / "docs/two.md").read_text() == OLD + "# Ours.\n"
        assert (project / "docs/one.md").read_text() == NEW


class TestEdits:
    @pytest.mark.parametrize("settings", HOSTILE)
    def test_are_merged_whatever_the_settings(self, settings: str, project: Path, tmp_path: Path) -> None:
        ours = OLD.replace("line 5\n", "line 5\n# Ours. \n")
        for name in ("Makefile", "core/tracing.py"):
            put(project / name, ours)
        commit(project)

        done = update(project, _machine(HOSTILE[settings], tmp_path))

        assert done.returncode == 0, done.stderr
        assert conflicts(project) == []
        merged = NEW.replace("line 5\n", "line 5\n# Ours. \n")
        assert (project / "Makefile").read_text() == merged
        assert (project / "core/http/trace.py").read_text() == merged
        assert not (project / "core/tracing.py").exists()


class TestFolderOfALargerRepository:
    def test_is_updated_alone(self, template: SmallTemplate, tmp_path: Path) -> None:
        """The repository may even have other staged changes."""
        repository = tmp_path / "repository"
        project = template.begin(repository / "services/portal")
        shutil.rmtree(project / ".git")
        put(repository / "AGENTS.md", "mine\n")
        put(project / "added.md", "mine\n")
        put(project / "Makefile", OLD.replace("line 5\n", "line 5\n# Ours.\n"))
        (project / "docs/two.md").unlink()
        (project / "docs/two.md").symlink_to("../../../AGENTS.md")
        commit_all(repository)
        put(repository / "staged.md", "mine\n")
        git(repository, "add", "staged.md")

        done = update(project)

        assert done.returncode == 1
        assert git(repository, "diff", "--name-only", "--diff-filter=U").split() == ["services/portal/added.md"]
        assert "# Ours." in (project / "Makefile").read_text()
        assert "line 20, by the standard" in (project / "Makefile").read_text()
        assert (project / "docs/two.md").is_symlink()
        assert (repository / "AGENTS.md").read_text() == "mine\n"
        assert "A  staged.md" in git(repository, "status", "--porcelain")


class TestRefusal:
    """The refusal comes before Copier writes anything; Copier itself checks none of these."""

    @pytest.fixture(autouse=True)
    def inside(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "answers.yml").write_text("a: 1\n")
        (tmp_path / "file").write_text("mine\n")
        commit_all(tmp_path)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def refusal(self) -> str:
        with pytest.raises(SystemExit) as refused:
            refuse_unless_safe("answers.yml")
        return str(refused.value)

    def test_is_not_for_a_clean_project(self) -> None:
        refuse_unless_safe("answers.yml")

    @pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
    def test_of_a_file_that_git_does_not_look_at(self, flag: str, inside: Path) -> None:
        git(inside, "update-index", flag, "file")
        (inside / "file").write_text("mine, and in no commit\n")

        assert "git was told not to look at file" in self.refusal()

    def test_of_a_new_file_that_status_was_told_not_to_show(self, inside: Path) -> None:
        git(inside, "config", "status.showUntrackedFiles", "no")
        (inside / "new").write_text("mine\n")

        assert "not committed (new)" in self.refusal()

    def test_inside_of_a_hook(self, inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_INDEX_FILE", str(inside / ".git/index"))

        assert "GIT_INDEX_FILE is set" in self.refusal()

    def test_of_answers_that_are_a_link(self, inside: Path) -> None:
        (inside / "answers.yml").rename(inside / "others.yml")
        (inside / "answers.yml").symlink_to("others.yml")

        assert "answers.yml is a symbolic link" in self.refusal()

    def test_of_two_things_at_one_path_since_an_interrupted_update(self, inside: Path) -> None:
        put_aside(inside, ["file"])
        (inside / "file").write_text("mine, too\n")

        assert "keep one at" in self.refusal()


class TestMakeUpdate:
    def test_runs_copier_where_no_setting_reaches_it(self, project: Path, tmp_path: Path) -> None:
        """This uses all settings at once, and two that break Copier without `make update`."""
        put(project / "Makefile", OLD.replace("line 5\n", "line 5\n# Ours. \n"))
        commit(project)
        settings = "".join(HOSTILE.values()) + "[core]\nsafecrlf = true\n"
        machine = _machine(settings, tmp_path)
        (tmp_path / "hooks/post-checkout").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "hooks/post-checkout").chmod(0o755)

        done = update(project, machine, environment=neutral({"GIT_EXTERNAL_DIFF": "false"}, conversions=False))

        assert done.returncode == 0, done.stderr
        assert (project / "Makefile").read_text() == NEW.replace("line 5\n", "line 5\n# Ours. \n")


class TestCheckout:
    def test_with_other_line_endings_has_no_conflict(self, project: Path, tmp_path: Path) -> None:
        """Every file in the folder has CRLF, as on Windows, and git's objects have LF."""
        put(project / "Makefile", OLD.replace("line 5\n", "line 5\n# Ours.\n"))
        commit(project)
        git(project, "config", "core.autocrlf", "true")
        git(project, "rm", "--cached", "--quiet", "-r", ".")
        git(project, "reset", "--quiet", "--hard")
        assert b"\r\n" in (project / "Makefile").read_bytes()

        done = update(project)

        assert done.returncode == 0, done.stderr
        assert conflicts(project) == []
        assert git(project, "diff", "--numstat", "--", "Makefile").split()[:2] == ["1", "1"]


def _link(project: Path, name: str, target: str) -> None:
    (project / name).unlink()
    (project / target).write_text("mine\n")
    (project / name).symlink_to(target)


def _filter(project: Path, name: str) -> None:
    git(project, "config", "filter.shout.clean", "tr a-z A-Z")
    git(project, "config", "filter.shout.smudge", "tr A-Z a-z")
    (project / ".gitattributes").write_text(f"{name} filter=shout\n")
    git(project, "rm", "--quiet", "--cached", name)


def _ignore(project: Path, name: str, text: str) -> None:
    (project / ".gitignore").write_text(f"/{name}\n")
    (project / name).write_text(text)


def _submodule(project: Path, name: str, template: SmallTemplate) -> None:
    source = project.with_name("library")
    source.mkdir()
    (source / "own.py").write_text("mine\n")
    git(source, "init", "--quiet")
    commit(source)
    git(project, "rm", "--quiet", "-r", name)
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(source), name)


def _machine(settings: str, folder: Path) -> str:
    """Add failing hooks, and attributes that change how git treats each file."""
    hooks = folder / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "commit-msg", "post-commit"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    (folder / "attributes").write_text("*.md merge=binary -diff\n*.py diff=python merge=ours\n")
    return settings.format(hooks=hooks, attributes=folder / "attributes")
