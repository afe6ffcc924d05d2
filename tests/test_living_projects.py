"""Random modules are described anew in a project whose tables have rows, and pass everything afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.modules.names import names_of
from tests.clone import Clone
from tests.conftest import Render
from tests.pairs import pair
from tests.test_adding import make
from tests.test_ownership import commit

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("living projects")]

# Their modules have different names.
SEEDS = [38, 44, 52]
OURS = "    # Ours: nobody else reads a row.\n"
ROWS = """
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from app.bootstrap import with_database
from app.config import load_settings
async def count():
    engine = create_async_engine(with_database(load_settings()).database.admin_url)
    async with engine.connect() as connection:
        for table in {tables}:
            print(table, await connection.scalar(text(f"SELECT count(*) FROM {{table}}")))
asyncio.run(count())
"""


@pytest.fixture(scope="module")
def described() -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for seed in SEEDS:
        one, other = pair(seed)
        assert not before.keys() & one.keys()
        before |= one
        after |= other
    return before, after


@pytest.fixture(scope="module")
def clone(
    described: tuple[dict[str, Any], dict[str, Any]], render: Render, make_clone: Callable[[Path], Clone]
) -> Clone:
    """A project with rows, whose modules were described anew; its services have a line of the client."""
    before, after = described
    clone = make_clone(render(custom_modules=before))
    clone.run("python", "-m", "app", "migrate")
    clone.run("python", "-m", "app", "seed")
    for module in before:
        services = services_of(clone, module)
        text = services.read_text(encoding="utf-8").replace("    async def get(", f"{OURS}    async def get(")
        services.write_text(text, encoding="utf-8")
    commit(clone.folder)
    changes = clone.folder.parent / "changes.yml"
    changes.write_text(yaml.safe_dump(after, sort_keys=False), encoding="utf-8")
    make(clone, f"m={changes}")
    return clone


def services_of(clone: Clone, module: str) -> Path:
    return clone.folder / f"src/app/modules/{names_of(module).package}/services.py"


class TestProject:
    def test_keeps_the_clients_lines(self, clone: Clone, described: tuple[dict[str, Any], dict[str, Any]]) -> None:
        assert all(OURS in services_of(clone, module).read_text(encoding="utf-8") for module in described[0])

    def test_has_migrated_its_rows(self, clone: Clone, described: tuple[dict[str, Any], dict[str, Any]]) -> None:
        tables = [names_of(module).package for module in described[0]]
        count = ROWS.format(tables=tables)
        before = clone.run("python", "-c", count)

        clone.run("alembic", "upgrade", "head")

        assert "No new upgrade operations detected" in clone.run("alembic", "check")
        assert clone.run("python", "-c", count) == before
        assert " 6\n" in before

    def test_passes_its_static_checks_and_leads_back(self, clone: Clone) -> None:
        clone.run("ruff", "check")
        clone.run("ruff", "format", "--check")
        clone.run("mypy")
        clone.run("tach", "check")
        clone.run("python", "-m", "app", "import-rules", "--check")
        clone.run("python", "-m", "app", "lint-migrations")
        clone.run("pytest", "--quiet", "tests/standard/migrations/test_chain.py")
