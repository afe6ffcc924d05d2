import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.module import find_modules
from app.database.schema import migrations
from app.database.schema.autogenerate import is_ours
from app.database.schema.migrations import (
    PROJECT,
    Step,
    adopt,
    find_new_steps,
    find_steps,
    left_behind,
)

STEP = '''"""Ships."""

from alembic import op


def upgrade():
    op.create_table("ships")
    op.create_table(
        "ship_crews",
    )


def downgrade(): ...
'''

LOAD_THE_CHAIN = """
from alembic.script import ScriptDirectory
from app.database.schema.migrations import configuration
assert [*ScriptDirectory.from_config(configuration()).walk_revisions()]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of this project's migration steps with an empty chain."""
    find_modules()
    shutil.copy(PROJECT / "alembic.ini", tmp_path)
    shutil.copytree(PROJECT / "migrations", tmp_path / "migrations")
    shutil.rmtree(tmp_path / "migrations" / "versions")
    (tmp_path / "migrations" / "versions").mkdir()
    monkeypatch.setattr(migrations, "PROJECT", tmp_path)
    monkeypatch.setattr(migrations, "MODULES", tmp_path / "src" / "app" / "modules")
    return tmp_path


class TestAdopt:
    def test_puts_all_steps_into_one_chain(self, project: Path) -> None:
        assert adopt() == [step.module for step in find_steps()]

        assert find_new_steps() == []

    def test_writes_nothing_the_second_time(self, project: Path) -> None:
        adopt()

        assert adopt() == []

    def test_writes_the_same_files_everywhere(self, project: Path) -> None:
        adopt()
        first = _versions(project)
        for file in (project / "migrations" / "versions").iterdir():
            file.unlink()

        adopt()

        assert _versions(project) == first

    def test_breaks_a_line_that_is_too_long(self, project: Path) -> None:
        long = project / "migrations" / "standard" / f"s9999_{'long_' * 11}name.py"
        long.write_text(STEP, encoding="utf-8")

        adopt()

        lines = [line for text in _versions(project).values() for line in text.splitlines()]
        assert max(map(len, lines)) <= 100
        assert "    downgrade," in lines

    def test_keeps_a_step_of_another_owner_by_the_same_name(self, project: Path) -> None:
        _step_of_client(project, "standard")

        adopt()

        files = _versions(project)
        named = [text for name, text in files.items() if name.startswith("standard_s0001_identity")]
        assert len(named) == 2
        assert len(files) == len(find_steps())

    def test_leaves_out_ready_made_steps_of_a_module_that_is_the_clients(
        self, project: Path
    ) -> None:
        """The module has a ready-made module's name; the standard's manifest decides its owner."""
        step = _step_of_client(project, "notifications")
        (project / "standard").mkdir()
        manifest = project / "standard" / "files.sha256"
        ready_made = "migrations.ready_made.notifications.s0001_create"

        manifest.write_text("0123  src/app/modules/files/module.py\n", encoding="utf-8")
        assert [s.module for s in find_steps() if "notifications" in s.module] == [step]

        manifest.write_text("0123  src/app/modules/notifications/module.py\n", encoding="utf-8")
        assert [s.module for s in find_steps() if "notifications" in s.module] == [ready_made, step]

    def test_puts_a_new_step_after_what_the_project_already_has(self, project: Path) -> None:
        adopt()
        own = f'revision = "own"\ndown_revision = "{find_steps()[-1].revision}"\n'
        (project / "migrations" / "versions" / "own.py").write_text(own, encoding="utf-8")
        step = project / "migrations" / "standard" / "s9999_later.py"
        step.write_text(
            '"""Later."""\n\ndef upgrade(): ...\ndef downgrade(): ...\n', encoding="utf-8"
        )

        adopt()

        revision = project / "migrations" / "versions" / "standard_s9999_later.py"
        assert 'down_revision = "own"' in revision.read_text(encoding="utf-8")
        assert revision.read_text(encoding="utf-8").startswith('"""Later."""\n')

    def test_leaves_the_steps_of_a_ready_made_module_that_is_not_here(self, project: Path) -> None:
        folder = project / "migrations" / "ready_made" / "ships"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "s0001_create.py").write_text(STEP, encoding="utf-8")

        assert "migrations.ready_made.ships.s0001_create" not in adopt()

    def test_names_files_for_their_owner(self) -> None:
        assert Step("app.modules.notes.migrations.s0001_notes", "").file == "notes_s0001_notes.py"
        assert Step("migrations.standard.s0001_x", "").file == "standard_s0001_x.py"


class TestConfiguration:
    def test_lets_revisions_import_their_steps_wherever_one_is(self, tmp_path: Path) -> None:
        """The installed `app` has src on its path, and nothing else of the project."""
        done = subprocess.run(
            [sys.executable, "-P", "-c", LOAD_THE_CHAIN],
            cwd=tmp_path,
            env={"PYTHONPATH": str(PROJECT / "src")},
            check=False,
            capture_output=True,
            encoding="utf-8",
        )

        assert done.returncode == 0, done.stderr


class TestLeftBehind:
    def test_names_the_tables_of_a_ready_made_module_that_was_left_out(self, project: Path) -> None:
        folder = project / "migrations" / "ready_made" / "ships"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "s0001_create.py").write_text(STEP, encoding="utf-8")
        module = project / "src" / "app" / "modules" / "ships" / "module.py"
        module.parent.mkdir(parents=True)
        module.touch()
        adopt()
        assert left_behind() == {}

        module.unlink()

        assert left_behind() == {"ships": ["ships", "ship_crews"]}
        assert not is_ours("ships", "table", {})
        assert adopt() == []


def _step_of_client(project: Path, module: str) -> str:
    """Create a module by hand whose step is named like one of the standard."""
    folder = project / "src" / "app" / "modules" / module
    (folder / "migrations").mkdir(parents=True)
    (folder / "module.py").touch()
    name = "s0001_identity" if module == "standard" else "s0001_create"
    (folder / "migrations" / f"{name}.py").write_text(STEP, encoding="utf-8")
    return f"app.modules.{module}.migrations.{name}"


def _versions(project: Path) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in (project / "migrations" / "versions").glob("*.py")
    }
