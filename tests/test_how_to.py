"""docs/how-to of a project: its own tests run the code of the pages, and these hold it to the rules."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from extensions.modules.answer import read
from extensions.modules.fields import modules_of
from tests.clone import Clone
from tests.rendered import files_of
from tools.snapshot import ROOT

BASE = ROOT / "template/tests/how_to/orders"
README = ROOT / "template/docs/how-to/README.md"
# What the pages do not add to.
LEFT_OUT = {"README.md", "tach.domain.toml", "tests/test_routes.py", "tests/test_services.py"}
MAKE = """
import sys
from pathlib import Path
from tests.how_to.project import make_project
make_project(Path(sys.argv[1]))
"""


def test_begins_with_the_module_that_the_generator_writes() -> None:
    """Copy what the Jinja files render to template/tests/how_to/orders after an intended change of them."""
    described = re.search(r"make module m='(.*)'", README.read_text(encoding="utf-8"))
    assert described
    (module,) = modules_of(read(described[1]))
    found = {
        str(file.relative_to(BASE)): file.read_text(encoding="utf-8")
        for file in BASE.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }

    assert found == {path: text for path, text in files_of(module) if path not in LEFT_OUT}


@pytest.mark.slow
@pytest.mark.xdist_group("by hand")
def test_is_in_order(clone_of: Callable[[str], Clone], workshop: Path) -> None:
    clone, folder = clone_of("minimal"), workshop / "how-to"
    folder.mkdir()
    clone.run("python", "-c", MAKE, str(folder))

    made = Clone(folder, clone.commands)

    made.run("ruff", "check", ".")
    made.run("ruff", "format", "--check", ".")
    made.run("tach", "check")
    made.run("mypy", "src/app/modules", "tests/standard/migrations", "migrations")
