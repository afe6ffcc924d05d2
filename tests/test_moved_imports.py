"""`make imports` changes what a client's files import from where the standard's were before 2.0.0."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from template.standard.imports import Moves, changed_imports
from tools.snapshot import ROOT

SOURCE = ROOT / "template" / "src"
TESTS = ROOT / "template"
MOVES = Moves(
    modules={
        "app.core.tracing": "app.core.http.middleware.trace",
        "app.database.scoping": "app.database.orm.tenant_filter",
    },
    names={
        "app.core.errors.problem_response": "app.core.http.problems",
        "app.core.errors.hang_up": "app.core.http.problems",
    },
    renamed={"app.core.http.problems.hang_up": "close_websocket", "app.core.mail.Letter": "Email"},
)
# Modules import names from these, so an old name works there until the next major release.
PUBLIC = re.compile(r"app\.core\.\w+|app\.database\.mixins|app\.kit\.\w+|app\.modules\.\w+|tests\.support\.people")


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
        ("from app.core.mail import Letter, Mailer\n", "from app.core.mail import Email as Letter, Mailer\n"),
        ("from app.core.mail import Letter as L\n", "from app.core.mail import Email as L\n"),
        ("from app.core.errors import hang_up\n", "from app.core.http.problems import close_websocket as hang_up\n"),
    ],
)
def test_an_import_leads_to_the_new_place(before: str, after: str) -> None:
    assert changed_imports(before, MOVES) == after


def test_every_new_place_is_there() -> None:
    modules, names, renamed = _table()

    assert [place for place in {*modules.values(), *names.values()} if _file(place) is None] == []
    for old, place in names.items():
        name = old.rpartition(".")[2]
        assert renamed.get(f"{place}.{name}", name) in _offered(place), old


def test_every_new_name_is_there_and_public_ones_beside_the_old() -> None:
    _, _, renamed = _table()

    for old, new in renamed.items():
        place, _, name = old.rpartition(".")
        assert new in _offered(place), old
        assert (name in _offered(place)) == bool(PUBLIC.fullmatch(place)), old


def test_no_old_place_is_left() -> None:
    modules, _, _ = _table()

    assert [old for old in modules if _file(old) is not None] == []


def _table() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    table = tomllib.loads((ROOT / "template" / "standard" / "moved.toml").read_text(encoding="utf-8"))
    return table["modules"], table["names"], table["renamed"]


def _file(module: str) -> Path | None:
    path = (TESTS if module.startswith("tests.") else SOURCE).joinpath(*module.split("."))
    found = [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]
    return found[0] if found else None


def _offered(module: str) -> set[str]:
    file = _file(module)
    assert file is not None
    names = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names
