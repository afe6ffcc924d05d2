"""Names that a module's files use already, read from `template/src/app/modules/widgets`, which is one of them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .names import Names

WIDGETS = Path(__file__).parents[2] / "template/src/app/modules/widgets"


def clashes(names: Names) -> set[str]:
    """Return the names that a module of these names would use twice in one file."""
    forms = {"widget": names.singular, "widgets": names.plural, "Widget": names.class_name}
    return {form for used in _names_by_file() for word, form in forms.items() if {word, form} <= used}


@cache
def _names_by_file() -> list[frozenset[str]]:
    return [frozenset(_used(ast.parse(file.read_text(encoding="utf-8")))) for file in WIDGETS.rglob("*.py")]


def _used(tree: ast.AST) -> Iterator[str]:
    """Variables, functions, classes, imports, and the attributes of `self`."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name
