"""`make imports`: imports in your files that lead to where a file of the standard was before."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .git import PROJECT
from .ownership import FOLDER, read_manifest

MOVED = FOLDER / "moved.toml"
SOURCES = ("src", "tests", "migrations/versions")


@dataclass(frozen=True)
class Moves:
    """The table: modules by their old path, the modules of moved names, new names by old ones."""

    modules: dict[str, str]
    names: dict[str, str]
    renamed: dict[str, str]


def imports(*, write: bool) -> int:
    """0: nothing was found, or all of it is changed. 1: there are imports to change."""
    moves = read_moves()
    found = 0
    for file in _own_files():
        text = file.read_text(encoding="utf-8")
        changed = changed_imports(text, moves)
        if changed != text:
            found += 1
            print(f"{file.relative_to(PROJECT)}: imports what the standard has moved or renamed")
            if write:
                file.write_text(changed, encoding="utf-8")
    if not found:
        print("All imports lead to where the standard's files are.")
    elif write:
        print("Changed. Look at the diff, then: make format, make check")
    else:
        print("  Change them with: make imports write=1")
    return 1 if found and not write else 0


def read_moves() -> Moves:
    table = tomllib.loads(MOVED.read_text(encoding="utf-8"))
    return Moves(table["modules"], table["names"], table["renamed"])


def changed_imports(text: str, moves: Moves) -> str:
    """Return the same code, with each `from … import …` from its new place, under its new name."""
    lines = text.splitlines(keepends=True)
    found = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom))
    for node in sorted(found, key=lambda node: node.lineno, reverse=True):
        if node.module is None or node.level:
            continue
        moved = [_moved(node.module, alias, moves) for alias in node.names]
        if moved != [(node.module, ast.unparse(alias)) for alias in node.names]:
            lines[node.lineno - 1 : node.end_lineno] = [
                f"{' ' * node.col_offset}from {place} import {', '.join(names_at)}\n"
                for place, names_at in _by_place(moved).items()
            ]
    return "".join(lines)


def _by_place(moved: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, name in moved:
        found.setdefault(place, []).append(name)
    return found


def _moved(module: str, alias: ast.alias, moves: Moves) -> tuple[str, str]:
    """Return the module to import from, and what to import, under the name that the code knows."""
    if whole := moves.modules.get(f"{module}.{alias.name}"):
        place, _, name = whole.rpartition(".")
    else:
        place = moves.names.get(f"{module}.{alias.name}") or moves.modules.get(module, module)
        name = moves.renamed.get(f"{place}.{alias.name}", alias.name)
    known = alias.asname or alias.name
    return place, name if name == known else f"{name} as {known}"


def _own_files() -> Iterator[Path]:
    """The Python files that did not come with the standard."""
    given = read_manifest()
    for source in SOURCES:
        for file in sorted((PROJECT / source).rglob("*.py")):
            if file.relative_to(PROJECT).as_posix() not in given:
                yield file
