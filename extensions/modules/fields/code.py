"""Pieces of Python source: a file is its imports and what follows them."""

from collections.abc import Iterable
from textwrap import wrap

from ..layout import WIDTH, import_order, lay_out, split_items

FIRST_PARTY = frozenset({"app", "tests"})
STANDARD = frozenset({"collections.abc", "dataclasses", "datetime", "decimal", "itertools", "typing", "uuid"})
_DEFINITIONS = ("class ", "def ", "async def ", "@")
_APART = "\n\n\n"


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


def docstring(sentence: str, depth: int) -> str:
    """On one line where it fits."""
    space = "    " * depth
    line = f'{space}"""{sentence}"""'
    if len(line) <= WIDTH:
        return f"{line}\n"
    lines = wrap(sentence, WIDTH - len(line) + len(sentence) - 1, break_long_words=False, break_on_hyphens=False)
    return f'{space}"""{f"{chr(10)}{space}".join(lines)}\n{space}"""\n'


def file(imports: Imports, *parts: str) -> str:
    """Definitions stand two empty lines apart, and assignments one behind the imports."""
    gap = "\n\n\n" if parts[0].startswith(_DEFINITIONS) else "\n\n"
    return lay_out(f"{imports}{gap}{_APART.join(parts)}\n")


def indented(lines: Iterable[str], depth: int = 1) -> str:
    return "\n".join(f"{'    ' * depth}{line}" if line else "" for line in lines)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f"'{text}'" if '"' in text and "'" not in text and "\\" not in text else f'"{escaped}"'


def quoted_lines(text: str, width: int) -> str:
    """One string, or several that follow each other where one would be too long."""
    if len(text) <= width:
        return quoted(text)
    first, *rest = wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return " ".join([quoted(first), *(quoted(f" {line}") for line in rest)])


def keywords(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in pairs)


def _group(module: str) -> int:
    if module.startswith("."):
        return 3
    if module.partition(".")[0] in FIRST_PARTY:
        return 2
    return 0 if module in STANDARD else 1


def _place(module: str) -> tuple[int, str]:
    """Relative ones from the furthest to the closest."""
    dots = len(module) - len(module.lstrip("."))
    return -dots, module
