"""Each rendering, cloned, with nothing but what its own pyproject asks for: it must pass what it asks of others."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.answers import ANSWER_SETS
from tools.environment import environment_of
from tools.snapshot import git

pytestmark = pytest.mark.slow


class Clone:
    """A clone of a rendering, in which the project's own tools run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands = environment_of(folder)

    def run(self, *command: str) -> str:
        """What the command printed. It fails the test with all of its output."""
        done = subprocess.run(
            [self.commands / command[0], *command[1:]],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Of this machine what a shell has: no setting of ours, no other environment's packages."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{self.commands}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "PATH": path, "PYTHONPATH": "src", "VIRTUAL_ENV": str(self.commands.parent)}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ANSWER_SETS],
)
def clone(
    request: pytest.FixtureRequest, project_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Clone:
    folder = tmp_path_factory.mktemp(request.param) / "project"
    git(folder.parent, "clone", "--quiet", str(project_of(request.param)), str(folder))
    return Clone(folder)


class TestChecks:
    def test_lint(self, clone: Clone) -> None:
        clone.run("ruff", "check")

    def test_format(self, clone: Clone) -> None:
        clone.run("ruff", "format", "--check")

    def test_types(self, clone: Clone) -> None:
        clone.run("mypy")

    def test_boundaries(self, clone: Clone) -> None:
        clone.run("tach", "check")
        clone.run("tach", "check-external")


class TestMigrations:
    def test_go_up_down_and_up_again_to_what_the_models_say(self, clone: Clone) -> None:
        clone.run("alembic", "upgrade", "head")
        clone.run("alembic", "downgrade", "base")
        clone.run("alembic", "upgrade", "head")

        assert "No new upgrade operations detected" in clone.run("alembic", "check")

    def test_are_all_adopted(self, clone: Clone) -> None:
        """What Copier rendered is what `app adopt` would have written."""
        rendered = {file.name: file.read_bytes() for file in (clone.folder / "migrations/versions").glob("*.py")}

        assert "Nothing new" in clone.run("python", "-m", "app", "adopt")

        for name in rendered:
            (clone.folder / "migrations/versions" / name).unlink()
        clone.run("python", "-m", "app", "adopt")
        adopted = {file.name: file.read_bytes() for file in (clone.folder / "migrations/versions").glob("*.py")}
        assert adopted == rendered


class TestSuite:
    def test_passes(self, clone: Clone) -> None:
        clone.run("pytest", "--quiet", "--cov", "--cov-report=term:skip-covered")

    def test_leaves_the_clone_clean(self, clone: Clone) -> None:
        assert git(clone.folder, "status", "--porcelain") == ""
