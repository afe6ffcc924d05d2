"""The template's source is mostly plain files that tools read in place."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from extensions.modules.name_clashes import WIDGETS
from tests.rendered import ERRORS, SCAFFOLD, sources
from tools.snapshot import ROOT, git

TEMPLATE = ROOT / "template"
TOOLS = Path(sys.executable).parent
YIELDS = (
    "{% yield module from module_specs %}{{ module.package }}{% endyield %}",
    "{% yield step from migration_steps %}{{ step.file }}{% endyield %}.jinja",
)


def source_files() -> list[Path]:
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "template")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def prints_an_answer(file: Path) -> re.Match[bytes] | None:
    return re.search(
        rb"\{\{ (project|description|author|license|python|module|standard|step|_copier)", file.read_bytes()
    )


def in_place(*command: str) -> None:
    done = subprocess.run([TOOLS / command[0], *command[1:]], cwd=TEMPLATE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class TestSuffixes:
    def test_say_which_files_print_an_answer(self) -> None:
        standard = [file for file in source_files() if SCAFFOLD not in file.parents]

        wrong = [file for file in standard if (file.suffix == ".jinja") != bool(prints_an_answer(file))]

        assert wrong == []


class TestJinja:
    @pytest.mark.parametrize(
        "file", [file for file in source_files() if file.suffix == ".jinja" and SCAFFOLD not in file.parents], ids=str
    )
    def test_of_the_standard_holds_values_and_no_logic(self, file: Path) -> None:
        """`raw` is no logic: dashboards have braces of their own."""
        assert not re.search(r"\{[%#](?! (end)?raw %)", file.read_text(encoding="utf-8"))

    def test_in_paths_is_a_loop_or_a_value(self) -> None:
        parts = {part for file in source_files() for part in file.relative_to(TEMPLATE).parts}

        assert {part for part in parts if "{%" in part} <= set(YIELDS)
        assert [part for part in parts if "'" in part or '"' in part] == []


class TestScaffold:
    def test_has_a_file_for_each_of_widgets(self) -> None:
        """It also has errors.py, which only fields need."""
        expected = {f"{file.relative_to(WIDGETS)}.jinja" for file in source_files() if WIDGETS in file.parents}

        assert set(sources()) == {*expected, f"{ERRORS}.jinja"}


class TestInPlace:
    def test_is_lint_free(self) -> None:
        in_place("ruff", "check")

    def test_is_formatted(self) -> None:
        in_place("ruff", "format", "--check")

    def test_keeps_its_boundaries(self) -> None:
        in_place("tach", "check")
