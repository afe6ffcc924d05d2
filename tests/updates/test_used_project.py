"""Update a project that is in use, with a database, and run the client's own tests."""

from pathlib import Path

import pytest

from tests.clone import Clone
from tools.history import releases
from tools.snapshot import VERSION

from .conftest import Project
from .next_release import NEXT
from .one_update import commit, update

pytestmark = pytest.mark.slow

OLDEST = next(iter(releases()), None)
STEPS = [(OLDEST, VERSION)] if OLDEST else []
STEPS += [(VERSION, NEXT)]


@pytest.fixture(
    scope="module",
    params=[pytest.param(step, marks=pytest.mark.xdist_group(f"used {step[0]}"), id="-".join(step)) for step in STEPS],
)
def updated(request: pytest.FixtureRequest, project_at: Project) -> Clone:
    """Migrate and seed a project, update it, and migrate again."""
    before, after = request.param
    project: Path = project_at(before, "default", True)
    use = Clone(project)
    use.run("python", "-m", "app", "migrate")
    use.run("python", "-m", "app", "seed")
    assert update(project, after) == []
    settled = Clone(project)
    settled.run("python", "-m", "app", "adopt")
    commit(project)
    settled.run("python", "-m", "app", "migrate")
    return settled


class TestDatabase:
    def test_has_one_chain_that_the_models_agree_with(self, updated: Clone) -> None:
        assert updated.run("alembic", "heads").count("(head)") == 1
        assert "No new upgrade operations detected" in updated.run("alembic", "check")

    def test_has_had_the_clients_steps_before_the_standards_new_ones(self, updated: Clone) -> None:
        newest_first = updated.run("alembic", "history")

        if "s9999_note" in newest_first:
            assert newest_first.index("s9999_note") < newest_first.index("ours0001")


class TestSuite:
    def test_passes(self, updated: Clone) -> None:
        """Run what the client's edits, modules and rows concern; the standard's own tests run in new projects."""
        updated.run("pytest", "--quiet", "src/app/modules", "tests/architecture", "tests/isolation")

    def test_imports_what_it_may(self, updated: Clone) -> None:
        updated.run("tach", "check")
