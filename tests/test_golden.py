"""`widgets` equals the rendering of a custom module for `{widgets: {fields: {name: str(120)}}}`."""

import os

import pytest

from extensions.modules.answer import read
from extensions.modules.fields import Module, modules_of
from extensions.modules.name_clashes import WIDGETS
from extensions.modules.names import Names
from tests.rendered import files_of, write

GOLDEN = Module(Names("widget", "widgets"))


def found() -> dict[str, str]:
    files = (file for file in WIDGETS.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {str(file.relative_to(WIDGETS)): file.read_text(encoding="utf-8") for file in files}


class TestWidgets:
    def test_are_rendered_to_the_byte(self) -> None:
        """Run WRITE_GOLDEN=1 make test only=tests/test_golden.py after an intended change of the Jinja files."""
        if os.environ.get("WRITE_GOLDEN"):
            write(GOLDEN, WIDGETS.parent)

        assert found() == dict(files_of(GOLDEN))


class TestOneName:
    @pytest.mark.parametrize("answer", ["boats", ["boats"], {"boats": None}, {"boat": None}])
    def test_means_one_field_called_name(self, answer: object) -> None:
        """Answers of old projects keep their meaning."""
        described = {"boats": {"fields": {"name": "str(120)"}}}

        assert modules_of(read(answer)) == modules_of(read(described)) == [Module(Names("boat", "boats"))]
