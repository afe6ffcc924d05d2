"""No file imports another one that imports it back; imports under TYPE_CHECKING count."""

import ast
from collections.abc import Iterable

import pytest

from .source import ROOT, File, files, imported, refuse

Graph = dict[str, set[str]]


class TestFiles:
    def test_import_each_other_in_one_direction(self) -> None:
        refuse(_circular(_graph(files())))

    @pytest.mark.parametrize(
        "hidden", ["from app.two import b", "from . import two", "import app.two"]
    )
    def test_are_named_when_they_do_not(self, hidden: str) -> None:
        one = _file("one", f"if TYPE_CHECKING:\n    {hidden}")
        two = _file("two", "def later():\n    from app.one import a")

        assert _circular(_graph([one, two])) == ["app.one", "app.two"]


def _file(name: str, code: str) -> File:
    return File(ROOT / f"{name}.py", ast.parse(code))


def _graph(of: Iterable[File]) -> Graph:
    named = {_module(file): file for file in of}
    return {
        module: {found for _, name in imported(file) for found in _file_of(name, named)} - {module}
        for module, file in named.items()
    }


def _module(file: File) -> str:
    return ".".join(("app", *file.parts)).removesuffix(".__init__")


def _file_of(name: str, named: dict[str, File]) -> list[str]:
    """Return the module of this name, or the module that defines it."""
    return [each for each in (name, name.rpartition(".")[0]) if each in named][:1]


def _circular(graph: Graph) -> list[str]:
    """Return the modules that import themselves indirectly."""
    left = set(graph)
    while done := {module for module in left if not graph[module] & left}:
        left -= done
    return sorted(module for module in left if module in _reached(module, graph))


def _reached(module: str, graph: Graph) -> set[str]:
    seen: set[str] = set()
    ahead = [module]
    while ahead:
        found = graph[ahead.pop()] - seen
        seen |= found
        ahead.extend(found)
    return seen
