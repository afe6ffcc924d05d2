"""Only three folders use private attributes of libraries; docs/adr/standard has the reasons."""

import ast
from collections.abc import Iterator

import pytest

from .source import ROOT, File, files, refuse

FOLDERS = ("database/orm/", "database/asyncpg/", "core/http/routing/")
OWN = {"self", "cls"}
DEVELOPMENT_ONLY = {"database/embedded.py"}


class TestPrivateAttributes:
    def test_stand_in_three_folders(self) -> None:
        refuse(found for file in files() for found in _found(file))

    @pytest.mark.parametrize("code", ["mapper._get_clause", "a.b._where_criteria = 1"])
    def test_are_found_elsewhere(self, code: str) -> None:
        assert len(list(_found(File(ROOT / "database" / "rls.py", ast.parse(code))))) == 1

    @pytest.mark.parametrize("code", ["self._engine", "cls._made", "UserService(work)._find()"])
    def test_are_not_our_own(self, code: str) -> None:
        assert not list(_found(File(ROOT / "database" / "rls.py", ast.parse(code))))


def _found(file: File) -> Iterator[str]:
    place = file.path.relative_to(ROOT).as_posix()
    if place.startswith(FOLDERS) or place in DEVELOPMENT_ONLY:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and not _is_own(node.value):
            yield f"{file.at(node)} uses {ast.unparse(node)}: keep it to {', '.join(FOLDERS)}"


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_own(value: ast.expr) -> bool:
    """True for `self`, `cls`, and objects of the same class that the expression creates."""
    return isinstance(value, ast.Call) or (isinstance(value, ast.Name) and value.id in OWN)
