"""Each rendering passes its own checks, in a clone with exactly its own dependencies."""

import os
from collections.abc import Callable

import pytest

from tests.answers import ANSWER_SETS
from tests.clone import Clone
from tools.snapshot import git

pytestmark = pytest.mark.slow

STATIC = ("standard-check", "lint", "lint-migrations", "types", "boundaries", "docs-current")
ATTACKED = ("everything", "fields")
ALONE = {
    "everything": ["tests/standard/core/observation/test_monitoring.py"],
    "fields": ["tests/standard/core/http/test_document.py"],
}
"""What the default project has no monitoring, or no fields, for."""
IN_DEFAULT = ("api_keys", "audit", "console", "tenants", "users")
"""Modules whose tests the default project runs."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ANSWER_SETS],
)
def clone(request: pytest.FixtureRequest, clone_of: Callable[[str], Clone]) -> Clone:
    return clone_of(request.param)


def modules_of(clone: Clone) -> list[str]:
    """Return the modules that the default project has not."""
    folders = (clone.folder / "src/app/modules").glob("*/module.py")
    return [f"src/app/modules/{each.parent.name}" for each in folders if each.parent.name not in IN_DEFAULT]


class TestCheck:
    def test_passes(self, clone: Clone, request: pytest.FixtureRequest) -> None:
        """Run what each client's CI runs: lint, types, import rules, docs, and the tests.

        Slow tests and coverage are included for the default answers. The others run what is different in them:
        TestWithoutFastPaths all of the minimal project, tests/test_isolation.py the isolation tests.
        """
        answers = request.node.callspec.params["clone"]

        if answers == "default":
            clone.make("check")
        else:
            concerned = ["tests/architecture", *modules_of(clone)]
            concerned += ["tests/attacks"] if answers in ATTACKED else []
            concerned += ALONE.get(answers, [])
            clone.make(*STATIC, *([] if answers == "minimal" else ["test", f"only={' '.join(concerned)}"]))

    def test_leaves_the_clone_clean(self, clone: Clone) -> None:
        assert git(clone.folder, "status", "--porcelain") == ""


class TestMigrations:
    def test_go_up_down_and_up_again_to_what_the_models_say(self, clone: Clone) -> None:
        clone.run("alembic", "upgrade", "head")
        clone.run("alembic", "downgrade", "base")
        clone.run("alembic", "upgrade", "head")

        assert "No new upgrade operations detected" in clone.run("alembic", "check")

    def test_are_all_adopted(self, clone: Clone) -> None:
        """Copier renders what `app adopt` would write."""
        rendered = {file.name: file.read_bytes() for file in (clone.folder / "migrations/versions").glob("*.py")}

        assert "Nothing new" in clone.run("python", "-m", "app", "adopt")

        for name in rendered:
            (clone.folder / "migrations/versions" / name).unlink()
        clone.run("python", "-m", "app", "adopt")
        adopted = {file.name: file.read_bytes() for file in (clone.folder / "migrations/versions").glob("*.py")}
        assert adopted == rendered


class TestWithoutFastPaths:
    @pytest.mark.xdist_group("minimal")
    def test_passes(self, clone_of: Callable[[str], Clone]) -> None:
        """The libraries' own code gives the same responses as the fast paths."""
        clone_of("minimal").make("test", "only=tests src/app/modules", "RUN=APP_FAST_PATHS=false $(UV) run --quiet")


class TestContract:
    @pytest.mark.skipif("REAL_MODELS" not in os.environ, reason="make real-models runs it")
    @pytest.mark.xdist_group("fields")
    def test_holds_modules_with_csv_bulk_and_limits(self, clone_of: Callable[[str], Clone]) -> None:
        """The default project, whose whole API is held to its document, has none of these."""
        clone_of("fields").make("contract", "examples=1", "paths=/api/v1/(categories|currency-rules)")


class TestClients:
    @pytest.mark.xdist_group("everything")
    def test_are_generated_and_work(self, clone_of: Callable[[str], Clone]) -> None:
        """Generate the typed clients, and use them with the served project."""
        clone_of("everything").run("pytest", "--quiet", "-m", "", "tests/standard/clients")
