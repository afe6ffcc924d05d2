"""Find names that a module's files use already, in `template/src/app/modules/widgets`, which is such a module."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .names import Names

WIDGETS = Path(__file__).parents[2] / "template/src/app/modules/widgets"

# Parameters that a list route has in addition if a field can be sorted by.
_SORTED_LIST = frozenset({"widgets", "sort"})


def clashes(names: Names) -> set[str]:
    """Return the names that a module of these names would use twice in one function or class of its own."""
    forms = {"widget": names.singular, "widgets": names.plural, "Widget": names.class_name}
    return {form for used in _scopes() for word, form in forms.items() if {word, form} <= used}


@cache
def _scopes() -> list[frozenset[str]]:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in WIDGETS.rglob("*.py")]
    return [_SORTED_LIST, *(frozenset(scope) for tree in trees for scope in _scopes_of(tree))]


def _scopes_of(tree: ast.Module) -> Iterator[set[str]]:
    """Yield the names that a file defines, that each function uses, and that each class has."""
    defined = {name for node in tree.body for name in _defined(node)}
    yield defined
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield defined | set(_seen(node))
        elif isinstance(node, ast.ClassDef):
            yield set(_members(node))


def _defined(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name for alias in aliases)
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _seen(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield name


def _members(definition: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(definition):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                yield name
