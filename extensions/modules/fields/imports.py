"""Write the imports of a generated file, sorted as ruff expects."""

import re
from collections.abc import Iterable

from .strings import WIDTH

_FIRST_PARTY = ("app", "tests")
_STANDARD = frozenset(
    {
        "asyncio",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "itertools",
        "typing",
        "uuid",
    }
)


def imports(block: str) -> str:
    """Return the lines sorted, one per module, in groups: standard library, packages, the project, the module.

    Several names of one module go on separate lines, so that the length of the names does not matter.
    """
    groups: dict[int, list[str]] = {}
    for module, names in sorted(_read(block).items(), key=lambda found: _place(*found)):
        groups.setdefault(_group(module), []).append(_line(module, names))
    return "\n\n".join("\n".join(groups[group]) for group in sorted(groups)) + "\n"


def in_order_of_all(names: Iterable[str]) -> list[str]:
    """Return names as ruff sorts them in `__all__`: constants, classes, then the rest."""
    return sorted(set(names), key=lambda name: (_kind(name), _natural(name)))


def _read(block: str) -> dict[str, set[str]]:
    """Return the imported names by module; `import x as y` counts as a module without names."""
    found: dict[str, set[str]] = {}
    for line in filter(None, map(str.strip, block.splitlines())):
        module, _, names = line.removeprefix("from ").partition(" import ")
        found.setdefault(module, set()).update(filter(None, [names]))
    return found


def _line(module: str, names: set[str]) -> str:
    if not names:
        return module
    line = f"from {module} import {', '.join(names)}"
    if len(names) == 1 and len(line) <= WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in _in_order(names)), ")"])


def _in_order(names: Iterable[str]) -> list[str]:
    """Return names as ruff sorts them: constants, classes, then the rest; digits compare by their numeric value."""
    return sorted(set(names), key=lambda name: (_kind(name), _natural(name.lower()), name))


def _group(module: str) -> int:
    name = module.removeprefix("import ")
    if name.startswith("."):
        return 3
    root = name.split()[0].split(".")[0]
    return 2 if root in _FIRST_PARTY else 0 if root in _STANDARD else 1


def _place(module: str, names: set[str]) -> tuple[object, ...]:
    """Return a sort key: whole modules come first, relative ones from the furthest to the closest."""
    dots = len(module) - len(module.lstrip("."))
    return bool(names), -dots, _natural(module), module


def _kind(name: str) -> int:
    return 0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2


def _natural(text: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D", text)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
