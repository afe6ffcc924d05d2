"""template/ as it stands, without a rendering: what can be asked of the skeleton's own module only."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clone import Clone
from tools.environment import environment_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("everything")]


@pytest.fixture(scope="module")
def source(template: Path, workshop: Path, project_of: Callable[[str], Path]) -> Clone:
    """With every step adopted, as in a project that has all modules."""
    folder = shutil.copytree(template / "template", workshop / "source")
    clone = Clone(folder, environment_of(project_of("everything")))
    clone.run("python", "-m", "app", "adopt")
    return clone


class TestSource:
    def test_has_its_types(self, source: Clone) -> None:
        source.run("mypy")

    def test_stays_fast(self, source: Clone) -> None:
        source.run("pytest", "--quiet", "tests/performance", "tests/transactions")

    def test_of_the_skeleton_passes(self, source: Clone) -> None:
        source.run("pytest", "--quiet", "src/app/modules/widgets")
