"""Code from descriptions must look hand-written, whatever the mix of fields."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extensions.modules import skeleton
from extensions.modules.answer import read
from extensions.modules.fields import Module, file_of, modules_of
from extensions.modules.names import names_of
from tests.answers import ANSWER_SETS
from tests.descriptions import description
from tests.test_renaming import NAMES, RUFF
from tools.snapshot import ROOT

DESCRIPTIONS = 120
FILES = sorted(
    str(file.relative_to(skeleton.SKELETON))
    for file in skeleton.SKELETON.rglob("*")
    if file.is_file() and file.suffix != ".pyc"
)


def generate(described: Any, root: Path) -> None:
    for module in modules_of(read(described)):
        for name in [*FILES, *(["errors.py"] if module.uniques else [])]:
            target = root / "src/app/modules" / module.names.package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file_of(module, name))


class TestGoldenModule:
    """The generator and the skeleton say the same, to the byte, wherever both can."""

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("file", FILES)
    def test_is_the_skeleton(self, name: str, file: str) -> None:
        names = names_of(name)
        (described,) = modules_of(read({name: {"fields": {"name": "str(120)"}}}))

        assert described == Module(names)
        assert file_of(described, file) == skeleton.render(names, file)


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("generated")
    (root / "ruff.toml").write_text((ROOT / "template/ruff.toml").read_text())
    generate(ANSWER_SETS["fields"]["custom_modules"], root / "fields")
    for seed in range(DESCRIPTIONS):
        generate(description(seed), root / str(seed))
    return root


@pytest.mark.xdist_group("generated")
class TestRandomModules:
    def test_are_python(self, modules: Path) -> None:
        for file in modules.rglob("*.py"):
            ast.parse(file.read_text())

    @pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]], ids=["check", "format"])
    def test_are_as_ruff_would_write_them(self, modules: Path, command: list[str]) -> None:
        done = subprocess.run([RUFF, *command, "--no-cache"], cwd=modules, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout[-5000:] + done.stderr

    def test_travel_through_json(self) -> None:
        for seed in range(20):
            for module in modules_of(read(description(seed))):
                assert Module.from_json(module.to_json()) == module

    def test_render_the_same_twice(self, tmp_path: Path) -> None:
        texts = [
            subprocess.run(
                [sys.executable, "-c", _PRINT, str(seed)], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout
            for seed in ("0", "0")
        ]

        assert texts[0] == texts[1] != ""


_PRINT = """
import sys
from tests.descriptions import description
from extensions.modules.answer import read
from extensions.modules.fields import file_of, modules_of
for module in modules_of(read(description(int(sys.argv[1])))):
    print(module, file_of(module, "services.py"), file_of(module, "models.py"))
"""
