"""`make imports` changes what a client's files import from where the standard's were before 2.0.0."""

import ast
import tomllib
from pathlib import Path

import pytest

from template.standard.imports import changed_imports
from tools.snapshot import ROOT

SOURCE = ROOT / "template" / "src"
MODULES = {
    "app.core.tracing": "app.core.http.middleware.trace",
    "app.database.scoping": "app.database.orm.tenant_filter",
}
NAMES = {"app.core.errors.problem_response": "app.core.http.problems"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.core.tracing import a, b as c\n", "from app.core.http.middleware.trace import a, b as c\n"),
        ("from app.database import scoping\n", "from app.database.orm import tenant_filter as scoping\n"),
        ("from app.database import scoping as s\n", "from app.database.orm import tenant_filter as s\n"),
        (
            "from app.core.errors import (\n    NotFound,\n    problem_response,\n)\n",
            "from app.core.errors import NotFound\nfrom app.core.http.problems import problem_response\n",
        ),
        (
            "def f():\n    from app.core.tracing import a\n",
            "def f():\n    from app.core.http.middleware.trace import a\n",
        ),
        ("from app.core.errors import NotFound\n", "from app.core.errors import NotFound\n"),
        ("from .tracing import a\n", "from .tracing import a\n"),
    ],
)
def test_an_import_leads_to_the_new_place(before: str, after: str) -> None:
    assert changed_imports(before, MODULES, NAMES) == after


def test_every_new_place_is_there() -> None:
    modules, names = _table()

    assert [place for place in {*modules.values(), *names.values()} if _file(place) is None] == []
    for old, place in names.items():
        assert old.rpartition(".")[2] in _offered(place), old


def test_no_old_place_is_left() -> None:
    modules, _ = _table()

    assert [old for old in modules if _file(old) is not None] == []


def _table() -> tuple[dict[str, str], dict[str, str]]:
    table = tomllib.loads((ROOT / "template" / "standard" / "moved.toml").read_text(encoding="utf-8"))
    return table["modules"], table["names"]


def _file(module: str) -> Path | None:
    path = SOURCE.joinpath(*module.split("."))
    found = [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]
    return found[0] if found else None


def _offered(module: str) -> set[str]:
    file = _file(module)
    assert file is not None
    names = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names
