"""Find the messages of this application: what its catalogues translate."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from app.core.auth import OidcRefused, TokenRefused
from app.core.defaults import UserRequired
from app.core.errors import AppError, FieldError
from app.core.languages import APP, Text, message, texts
from app.core.module import find_modules
from app.core.steps import WrongStep
from app.core.templates import TEMPLATES

KIT = APP / "kit"
PLACEHOLDERS = re.compile(r"\{\w+\}")
MARKED = {
    AppError.__name__,
    FieldError.__name__,
    FieldError.at.__name__,
    OidcRefused.__name__,
    TokenRefused.__name__,
    message.__name__,
}
LABELS = {Text.__name__, texts.__name__}
"""Calls whose argument is a text, even if it is one word."""
UNUSED = (UserRequired, WrongStep)
"""Errors of core that perhaps no module of this project raises."""


@cache
def messages() -> dict[str, str]:
    """Return each English text, and where it is: a file, an error, or a template."""
    modules = find_modules()
    found = dict(TEMPLATES.messages())
    for module in modules:
        if module.find_texts is not None:
            found |= dict(module.find_texts(modules))
    kinds: set[type[AppError]] = {*_below(AppError), *UNUSED}
    for kind in kinds:
        if kind.__module__.startswith(f"{APP.name}."):
            place = kind.__module__.removeprefix(f"{APP.name}.").replace(".", "/") + ".py"
            texts = (kind.title, kind.detail)
            found |= {text: place for text in texts if text and PLACEHOLDERS.sub("", text)}
    names = {*(kind.__name__ for kind in kinds), *MARKED}
    for file in sorted(APP.rglob("*.py")):
        if "tests" not in file.parts:
            is_of_kit = KIT in file.parents  # whose errors say what is wrong with a value
            found |= _in_code(file, names | {ValueError.__name__} if is_of_kit else names)
    return found


def _below(kind: type[AppError]) -> Iterator[type[AppError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _in_code(file: Path, names: set[str]) -> dict[str, str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {text: str(file.relative_to(APP)) for text in _given(tree, names)}


def _given(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Yield texts that are given to errors, and to `message`. Values become placeholders."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in LABELS:
            yield from filter(None, map(_text, chain.from_iterable(map(_alternatives, node.args))))
        elif isinstance(node, ast.Call) and _name(node.func) in names:
            named = [each.value for each in node.keywords if each.arg in {"detail", "reason"}]
            for argument in (*node.args, *named):
                texts = map(_text, _alternatives(argument))
                yield from (text for text in texts if " " in text)


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
