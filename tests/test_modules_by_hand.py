"""Follow docs/adding-a-module.md by hand in renderings."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clone import Clone
from tools.snapshot import ROOT, git

GUIDE = (ROOT / "template/docs/adding-a-module.md").read_text()
DIFFS = [block for block in re.findall(r"```diff\n(.*?)```", GUIDE, re.DOTALL) if "/dev/null" not in block]
FILES = dict(re.findall(r"```(?:python|toml)\n# (src/app/modules/greetings/\S+)\n(.*?)```", GUIDE, re.DOTALL))

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("by hand")]


def check(clone: Clone, *modules: str) -> None:
    folders = [f"src/app/modules/{module}" for module in modules]
    clone.run("ruff", "check", *folders)
    clone.run("ruff", "format", "--check", *folders)
    clone.run("mypy", *folders)
    clone.run("tach", "check")
    clone.run("alembic", "upgrade", "head")
    assert "No new upgrade operations detected" in clone.run("alembic", "check")
    clone.run("pytest", "--quiet", *folders)


class TestField:
    def test_is_added_in_six_steps(self, clone_of: Callable[[str], Clone], tmp_path: Path) -> None:
        clone = clone_of("fields")
        (tmp_path / "field.diff").write_text("".join(DIFFS))

        git(clone.folder, "apply", str(tmp_path / "field.diff"))
        clone.run("python", "-m", "app", "migrate")
        clone.run("python", "-m", "app", "migration", "--message", "add due date")

        (migration,) = (clone.folder / "migrations/versions").glob("*_add_due_date.py")
        assert 'op.add_column("invoices", sa.Column("due_on", sa.Date(), nullable=True))' in migration.read_text()
        check(clone, "invoices")


class TestModuleWithoutTheGenerator:
    def test_answers(self, clone_of: Callable[[str], Clone]) -> None:
        clone = clone_of("minimal")
        for name, text in FILES.items():
            (clone.folder / name).parent.mkdir(exist_ok=True)
            (clone.folder / name).write_text(text)
        clone.run("python", "-m", "app", "import-rules")
        (clone.folder / "src/app/modules/greetings/tests").mkdir()
        (clone.folder / "src/app/modules/greetings/tests/test_routes.py").write_text(TEST)

        check(clone, "greetings")


class TestMove:
    def test_takes_a_module_and_what_it_refers_to(
        self, clone_of: Callable[[str], Clone], project_of: Callable[[str], Path]
    ) -> None:
        clone = clone_of("shortest")
        for module in ("clients", "invoices"):
            folder = f"src/app/modules/{module}"
            shutil.copytree(project_of("fields") / folder, clone.folder / folder)

        clone.run("python", "-m", "app", "adopt")

        assert len(list((clone.folder / "migrations/versions").glob("*s_s0001_create.py"))) == 2
        check(clone, "clients", "invoices")


TEST = """from httpx import AsyncClient


async def test_greets(client: AsyncClient, anonymous: AsyncClient) -> None:
    assert (await client.get("/api/v1/greetings")).json() == {"text": "Good morning."}
    assert (await anonymous.get("/api/v1/greetings")).status_code == 401
"""
