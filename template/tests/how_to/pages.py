"""The blocks of code in docs/how-to, and what a file becomes when a block is added to it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.folders import PROJECT

DOCS = PROJECT / "docs" / "how-to"
BLOCK = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDED_TO = {"__all__"}
"""Names whose values grow; others are replaced."""


@dataclass(frozen=True)
class Block:
    page: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.path}"


def pages() -> list[Path]:
    return sorted(DOCS.glob("*.md"))


def blocks() -> Iterator[Block]:
    for page in pages():
        for path, body in BLOCK.findall(page.read_text(encoding="utf-8")):
            yield Block(page.name, path, body)


def added(text: str, block: str) -> str:
    """Return the file's text with the block: what has a name that is there takes its place."""
    tree, new = ast.parse(text), ast.parse(block)
    imports = [node for node in new.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    parts = {name: node for node in tree.body if (name := name_of(node))}
    after: list[str] = []
    edits: list[tuple[int, int, str]] = []
    for node in new.body:
        if node in imports or _is_docstring(node):
            continue
        there = parts.get(name_of(node) or "")
        if there is None:
            after.append(_source(block, node))
        else:
            edits.append((_first(there), there.end_lineno or 0, _merged(text, there, block, node)))
    lines = text.splitlines()
    for first, last, source in sorted(edits, reverse=True):
        lines[first - 1 : last] = source.splitlines()
    whole = with_imports("\n".join(lines), [_source(block, node) for node in imports])
    return "\n\n\n".join([whole, *after]) + "\n"


def with_imports(text: str, imports: list[str]) -> str:
    """Return the text with the imports, below its docstring."""
    tree, lines = ast.parse(text), text.splitlines()
    first = tree.body[0] if tree.body else None
    below = first.end_lineno or 0 if first and _is_docstring(first) else 0
    return "\n".join([*lines[:below], *imports, *lines[below:]])


def _merged(text: str, there: ast.stmt, block: str, node: ast.stmt) -> str:
    if isinstance(there, ast.ClassDef) and isinstance(node, ast.ClassDef):
        return _class(text, there, block, node)
    if isinstance(there, ast.Assign) and isinstance(node, ast.Assign):
        return _assignment(there, node)
    return _source(block, node)


def _class(text: str, there: ast.ClassDef, block: str, node: ast.ClassDef) -> str:
    """Add the block's fields to the others, above the methods, and its methods below."""
    known = {name_of(each) for each in node.body}
    kept = [each for each in there.body if name_of(each) is None or name_of(each) not in known]
    fields = [each for each in node.body if isinstance(each, (ast.AnnAssign, ast.Assign))]
    methods = [each for each in node.body if each not in fields and not _is_docstring(each)]
    first = [each for each in kept if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    last = [each for each in kept if each not in first]
    head = text.splitlines()[_first(there) - 1 : _first(there.body[0]) - 1]
    body = [_source(text, each) for each in first] + [_source(block, each) for each in fields]
    body += [f"\n{_source(text, each)}" for each in last]
    body += [f"\n{_source(block, each)}" for each in methods]
    return "\n".join([*head, *body])


def _assignment(there: ast.Assign, node: ast.Assign) -> str:
    """Add the elements of `__all__`, and the arguments of a call: those of `Module(…)`."""
    old, new = there.value, node.value
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        named = {keyword.arg: keyword for keyword in old.keywords}
        for keyword in new.keywords:
            if before := named.get(keyword.arg):
                keyword.value = _grown(before.value, keyword.value)
            named[keyword.arg] = keyword
        old.keywords = list(named.values())
        node.value = old
    elif name_of(node) in ADDED_TO:
        node.value = _grown(old, new)
    return ast.unparse(node)


def _grown(old: ast.expr, new: ast.expr) -> ast.expr:
    if isinstance(old, (ast.Tuple, ast.List)) and isinstance(new, (ast.Tuple, ast.List)):
        old.elts = [*old.elts, *new.elts]
        return old
    return new


def name_of(node: ast.stmt) -> str | None:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _first(node: ast.stmt) -> int:
    """Return the first line, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _source(text: str, node: ast.stmt) -> str:
    return "\n".join(text.splitlines()[_first(node) - 1 : node.end_lineno])
