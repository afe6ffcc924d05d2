"""Pieces of Python source: a file is its imports and what follows them."""

from collections.abc import Iterable

from ..layout import import_order, lay_out, split_items

FIRST_PARTY = "app"
STANDARD = frozenset({"collections.abc", "dataclasses", "datetime", "decimal", "itertools", "typing", "uuid"})


class Imports:
    """What a file imports, in the order in which ruff has it."""

    def __init__(self, **plain: str) -> None:
        """`sa="sqlalchemy"` is `import sqlalchemy as sa`."""
        self._plain = dict(sorted(plain.items()))
        self._names: dict[str, set[str]] = {}

    def add(self, module: str, *names: str) -> None:
        self._names.setdefault(module, set()).update(names)

    def read(self, line: str) -> None:
        """A line of imports, as it stands in a file."""
        words = line.split(maxsplit=3)
        if line.startswith("from "):
            self.add(words[1], *split_items(words[3]))
        elif line.startswith("import "):
            self._plain[words[-1]] = words[1]

    def __str__(self) -> str:
        groups: dict[int, list[str]] = {}
        for alias, module in self._plain.items():
            line = f"import {module}" if alias == module else f"import {module} as {alias}"
            groups.setdefault(_group(module), []).append(line)
        for module in sorted(self._names, key=_place):
            names = ", ".join(sorted(self._names[module], key=import_order))
            groups.setdefault(_group(module), []).append(f"from {module} import {names}")
        return "\n\n".join("\n".join(groups[group]) for group in sorted(groups))


def file(imports: Imports, *parts: str) -> str:
    """Parts stand two empty lines apart."""
    return lay_out("\n\n\n".join(filter(None, (str(imports), *parts))) + "\n")


def indented(lines: Iterable[str], depth: int = 1) -> str:
    return "\n".join(f"{'    ' * depth}{line}" if line else "" for line in lines)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f"'{text}'" if '"' in text and "'" not in text and "\\" not in text else f'"{escaped}"'


def keywords(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in pairs)


def _group(module: str) -> int:
    if module.startswith("."):
        return 3
    if module.partition(".")[0] == FIRST_PARTY:
        return 2
    return 0 if module in STANDARD else 1


def _place(module: str) -> tuple[int, str]:
    """Relative ones from the furthest to the closest."""
    dots = len(module) - len(module.lstrip("."))
    return -dots, module
