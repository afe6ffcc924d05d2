"""Check template/ in place, without a rendering: what concerns only the module widgets."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clone import Clone
from tools.environment import environment_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("everything")]


@pytest.fixture(scope="module")
def source(template: Path, workshop: Path, project_of: Callable[[str], Path]) -> Clone:
    """A copy of template/ with all migration steps adopted, as in a project with all modules."""
    folder = shutil.copytree(template / "template", workshop / "source")
    clone = Clone(folder, environment_of(project_of("everything")))
    clone.run("python", "-m", "app", "adopt")
    return clone


class TestSource:
    def test_has_its_types(self, source: Clone) -> None:
        source.run("mypy")

    def test_of_the_skeleton_passes(self, source: Clone) -> None:
        source.run("pytest", "--quiet", "src/app/modules/widgets")
