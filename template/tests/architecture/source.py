"""Parse every file of src/app, except tests."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import app

ROOT = Path(app.__file__).parent
MODULES = ROOT / "modules"


@dataclass(frozen=True)
class File:
    path: Path
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the path's parts, such as modules, users, services, _auth."""
        return self.path.relative_to(ROOT).with_suffix("").parts

    @property
    def module(self) -> str | None:
        """Return the module that the file belongs to, if any."""
        return self.parts[1] if self.parts[0] == "modules" and len(self.parts) > 2 else None

    @property
    def part(self) -> str:
        """Return the part of the module that the file belongs to, such as services."""
        return self.parts[2]

    def at(self, node: ast.AST) -> str:
        return f"src/app/{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"

    def resolve(self, node: ast.ImportFrom) -> str:
        """Return the absolute name of what an import imports from."""
        name = "." * node.level + (node.module or "")
        return resolve_name(name, ".".join(("app", *self.parts[:-1])))


@cache
def files() -> tuple[File, ...]:
    paths = sorted(ROOT.rglob("*.py"))
    return tuple(_read(path) for path in paths if "tests" not in path.relative_to(ROOT).parts)


def _read(path: Path) -> File:
    return File(path, ast.parse(path.read_text(encoding="utf-8")))


@cache
def imported(file: File) -> tuple[tuple[ast.stmt, str], ...]:
    """Return each import with the absolute name of each thing that it imports."""
    return tuple(_imported(file))


def _imported(file: File) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = file.resolve(node)
            yield from ((node, f"{origin}.{name.name}") for name in node.names)


def refuse(sentences: Iterable[str]) -> None:
    """Fail with all sentences, one per line."""
    found = list(sentences)
    assert not found, "\n".join(["", *found])
