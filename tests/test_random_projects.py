"""Projects with random modules pass the whole check."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extensions.modules.names import names_of
from tests.clone import Clone
from tests.conftest import Render
from tests.descriptions import precarious_project, whole_project

pytestmark = pytest.mark.slow

# Besides random descriptions there is one with names, words and texts that collide.
PRECARIOUS = "precarious"
SEEDS = [46, PRECARIOUS]


@pytest.fixture(scope="module", params=[pytest.param(s, marks=pytest.mark.xdist_group(f"random {s}")) for s in SEEDS])
def described(request: pytest.FixtureRequest) -> dict[str, Any]:
    return precarious_project() if request.param == PRECARIOUS else whole_project(request.param)


@pytest.fixture(scope="module")
def clone(described: dict[str, Any], render: Render, make_clone: Callable[[Path], Clone]) -> Clone:
    return make_clone(render(modules=["files"], custom_modules=described))


class TestRandomProject:
    def test_has_all_that_may_refer(self, described: dict[str, Any]) -> None:
        """If this fails, choose another seed."""
        fields = [text for module in described.values() for text in _texts(module["fields"])]

        targets = {text.split()[1].rstrip("?") for text in fields if text.startswith("ref ")}
        assert targets >= ({"users"} if "holders" in described else {"users", "files"})
        assert targets & set(described)
        assert len(fields) > 40

    def test_passes_its_static_checks(self, clone: Clone) -> None:
        clone.run("ruff", "check")
        clone.run("ruff", "format", "--check")
        clone.run("mypy")
        clone.run("tach", "check")
        clone.run("tach", "check-external")
        clone.run("python", "-m", "app", "import-rules", "--check")

    def test_has_the_tables_that_its_models_describe(self, clone: Clone) -> None:
        clone.run("alembic", "upgrade", "head")

        assert "No new upgrade operations detected" in clone.run("alembic", "check")

    def test_passes_the_tests_of_its_modules(self, clone: Clone, described: dict[str, Any]) -> None:
        folders = [f"src/app/modules/{names_of(module).package}" for module in described]

        clone.run("pytest", "--quiet", "tests/architecture", *folders)


def _texts(fields: dict[str, Any]) -> Iterator[str]:
    """Yield the descriptions of fields, also of those of rows in lists."""
    for said in fields.values():
        yield from _texts(said["many"]) if isinstance(said, dict) else [said]
