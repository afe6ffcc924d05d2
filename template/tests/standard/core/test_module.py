import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.module import find_modules


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package for modules."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / "some_modules"
    folder.mkdir()
    (folder / "__init__.py").touch()
    yield folder
    for name in [name for name in sys.modules if name.startswith("some_modules")]:
        del sys.modules[name]


def add(package: Path, name: str, text: str) -> None:
    (package / name).mkdir()
    (package / name / "__init__.py").touch()
    (package / name / "module.py").write_text(text, encoding="utf-8")


class TestFindModules:
    def test_finds_a_folder_that_nobody_listed(self, package: Path) -> None:
        text = "from app.core.module import Module\nmodule = Module(name='{}')\n"
        add(package, "b", text.format("b"))
        add(package, "a", text.format("a"))

        assert [module.name for module in find_modules("some_modules")] == ["a", "b"]

    def test_says_what_a_module_lacks(self, package: Path) -> None:
        add(package, "a", "nothing = None\n")

        with pytest.raises(TypeError, match=r"some_modules\.a/module\.py must say"):
            find_modules("some_modules")

    def test_lets_its_mistakes_through(self, package: Path) -> None:
        add(package, "a", "import no_such_thing\n")

        with pytest.raises(ModuleNotFoundError, match="no_such_thing"):
            find_modules("some_modules")
