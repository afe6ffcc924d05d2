"""Find the messages of this application: what its catalogues translate."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.core.errors import AppError
from app.core.http.problems import error_types
from app.core.languages import APP, message
from app.core.module import find_modules
from app.core.templates import TEMPLATES


@cache
def messages() -> dict[str, str]:
    """Return each English text, and where it is: a file, an error, or a template."""
    find_modules()
    found = dict(TEMPLATES.messages())
    for kind in error_types().values():
        if kind.__module__.startswith("app.core.") or kind.__module__.startswith("app.modules."):
            found |= {text: kind.__name__ for text in (kind.title, kind.detail) if text}
    names = {kind.__name__ for kind in error_types().values()} | {
        AppError.__name__,
        message.__name__,
    }
    for file in sorted(APP.rglob("*.py")):
        if "tests" not in file.parts:
            found |= _in_code(file, names)
    return found


def _in_code(file: Path, names: set[str]) -> dict[str, str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {text: str(file.relative_to(APP)) for text in _first_arguments(tree, names)}


def _first_arguments(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Yield texts that are given to errors, and to `message`. Values become placeholders."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in names and node.args:
            for part in _alternatives(node.args[0]):
                if text := _text(part):
                    yield text


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    else:
        yield node


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part, number) for number, part in enumerate(node.values))
    return ""


def _part(node: ast.expr, number: int) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    value = node.value if isinstance(node, ast.FormattedValue) else node
    return f"{{{_name(value) or f'value{number}'}}}"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
