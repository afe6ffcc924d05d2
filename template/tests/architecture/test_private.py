"""Only three folders use private attributes of libraries; docs/adr/standard has the reasons."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from tests.support.folders import PROJECT

from .source import ROOT, File, files, refuse

FOLDERS = ("database/orm/", "database/asyncpg/", "core/http/routing/")
OWN = {"self", "cls"}
DEVELOPMENT_ONLY = {"database/embedded.py"}
DECISIONS = PROJECT / "docs/adr/standard"


class TestPrivateAttributes:
    def test_stand_in_three_folders(self) -> None:
        refuse(
            f"{where} uses {name}: keep it to {', '.join(FOLDERS)}"
            for file in files()
            if not _place(file).startswith(FOLDERS) and _place(file) not in DEVELOPMENT_ONLY
            for where, name in _found(file)
        )

    def test_are_all_listed_with_their_reason(self) -> None:
        decisions = "".join(each.read_text(encoding="utf-8") for each in DECISIONS.glob("*.md"))

        refuse(
            f"{where} uses {name}, which no decision in docs/adr names"
            for file in files()
            for where, name in _found(file)
            if f"`{name}`" not in decisions
        )

    @pytest.mark.parametrize(
        ("code", "name"),
        [
            ("mapper._get_clause", "_get_clause"),
            ("a.b._where_criteria = 1", "_where_criteria"),
            ("self._of_a_library.write(b'')", "_of_a_library"),
            ("getattr(statement, '_where_criteria', ())", "_where_criteria"),
        ],
    )
    def test_are_found(self, code: str, name: str) -> None:
        assert [found for _, found in _found(_file(code))] == [name]

    @pytest.mark.parametrize(
        "code",
        ["self._engine = engine; self._engine", "cls._made = 1", "UserService(work)._find()"],
    )
    def test_are_not_our_own(self, code: str) -> None:
        assert not list(_found(_file(code)))


def _file(code: str) -> File:
    return File(ROOT / "database" / "rls.py", ast.parse(code))


def _place(file: File) -> str:
    return file.path.relative_to(ROOT).as_posix()


def _found(file: File) -> Iterator[tuple[str, str]]:
    """Yield the place and the name of each private attribute that a library defines.

    What a class inherits from a library is found in the standard's packages, not in modules.
    """
    for node in ast.walk(file.tree):
        name = _name(node)
        if _is_private(name) and not (_is_own(node) and _is_defined(name, file)):
            yield file.at(node), name


def _is_defined(name: str, file: File) -> bool:
    return file.module is not None or name in _defined() or name in _names_of([file])


@cache
def _defined() -> frozenset[str]:
    """Return the private names that src/app defines itself."""
    return frozenset(_names_of(files()))


def _names_of(of: Iterable[File]) -> Iterator[str]:
    for file in of:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name
            elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.attr if isinstance(node, ast.Attribute) else node.id


def _name(node: ast.AST) -> str:
    """Return the name of an attribute, or the one that `getattr` reads."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
        name = node.args[1]
        if node.func.id == "getattr" and isinstance(name, ast.Constant):
            return str(name.value)
    return ""


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_own(node: ast.AST) -> bool:
    """True for attributes of `self`, `cls`, and objects that the expression creates."""
    if not isinstance(node, ast.Attribute):
        return False
    value = node.value
    return isinstance(value, ast.Call) or (isinstance(value, ast.Name) and value.id in OWN)
