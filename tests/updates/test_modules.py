"""A module whose description has changed is merged only where its files are files of the project."""

from pathlib import Path

import pytest

from extensions.modules.answer import read
from extensions.modules.fields import modules_of
from tests.rendered import write
from tools.snapshot import commit_all, git
from updates.git import read_index
from updates.modules import ChangedModule, changed_modules

# The answers file has sorted the fields by name.
BEFORE = {"custom_modules": {"boats": {"fields": {"length": "int?", "name": "str(120)"}}}}
AFTER = {"custom_modules": {"boats": {"fields": {"length": "int?", "name": "str(200)", "seats": "int = 4"}}}}
FOLDER = "src/app/modules/boats"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    [module] = modules_of(read({"boats": {"fields": {"name": "str(120)", "length": "int?"}}}))
    write(module, tmp_path / "src/app/modules")
    commit_all(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(project: Path) -> ChangedModule:
    git(project, "add", "--all")
    [module] = changed_modules(BEFORE, AFTER, {"boats": {"order": ["name", "length", "seats"]}}, read_index())
    return module


class TestChangedModule:
    def test_is_merged(self, project: Path) -> None:
        module = changed(project)

        module.refuse_unless_safe()
        outcome = module.merge()

        assert outcome.files[f"{FOLDER}/models.py"] == module.new[f"{FOLDER}/models.py"]
        assert module.step_path == f"{FOLDER}/migrations/s0002_change_2_fields.py"
        assert module.step_path in outcome.files
        assert f"{FOLDER}/migrations/s0001_create.py" not in outcome.files
        assert not outcome.unmerged

    def test_keeps_the_order_of_the_columns_in_its_model(self, project: Path) -> None:
        models = project / FOLDER / "models.py"
        lines = models.read_text(encoding="utf-8").splitlines(keepends=True)
        models.write_text("".join([*lines[:-2], lines[-1], lines[-2]]), encoding="utf-8")

        change = changed(project).change

        assert [field.name for field in change.before.fields] == ["length", "name"]
        assert [field.name for field in change.after.fields] == ["length", "seats", "name"]

    @pytest.mark.parametrize("place", ["models/__init__.py", "elsewhere.py"])
    def test_keeps_the_order_of_the_columns_wherever_the_model_is(self, project: Path, place: str) -> None:
        (project / FOLDER / place).parent.mkdir(exist_ok=True)
        (project / FOLDER / "models.py").rename(project / FOLDER / place)

        assert [field.name for field in changed(project).change.before.fields] == ["name", "length"]

    def test_numbers_its_step_after_those_that_are_there(self, project: Path) -> None:
        (project / FOLDER / "migrations/s0007_ours.py").write_text("", encoding="utf-8")

        assert changed(project).step_path == f"{FOLDER}/migrations/s0008_change_2_fields.py"

    @pytest.mark.parametrize("path", ["schemas.py", "migrations", ""], ids=["a file", "a folder", "the module"])
    def test_is_refused_through_a_link(self, project: Path, path: str) -> None:
        place = project / FOLDER / path
        place.rename(project / "elsewhere")
        place.symlink_to(project / "elsewhere")

        with pytest.raises(SystemExit, match=f"Not changed: {place.relative_to(project)} is a symbolic link"):
            changed(project).refuse_unless_safe()

    def test_is_refused_under_a_filter(self, project: Path) -> None:
        (project / ".gitattributes").write_text("*.md filter=lfs\n", encoding="utf-8")

        with pytest.raises(SystemExit, match=r"README.md is under the filter lfs"):
            changed(project).refuse_unless_safe()

    def test_is_refused_without_its_folder(self, project: Path) -> None:
        (project / FOLDER).rename(project / "elsewhere")

        with pytest.raises(SystemExit, match=f"{FOLDER} is not here: bring it back"):
            changed(project).refuse_unless_safe()

    def test_names_lines_that_use_a_column_that_is_gone(self, project: Path) -> None:
        for file in (project / FOLDER).glob("*.py"):
            file.unlink()  # after the merge no generated file uses it
        (project / FOLDER / "services.py").write_text("# The length\n\nx = boat.length\n", encoding="utf-8")
        after = {"custom_modules": {"boats": {"fields": {"name": "str(120)"}}}}
        [module] = changed_modules(BEFORE, after, {}, read_index())

        [line] = module.left_behind()

        assert f"{FOLDER}/services.py:3" in line
        assert f"{FOLDER}/services.py:1" not in line
