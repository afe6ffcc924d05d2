"""Read a module's options: what it does besides listing, reading, creating, changing and deleting rows.

    audit: false        no entries in the audit log
    versions: false     no ETag, and no If-Match
    archive: true       a row is archived instead of deleted, and can be restored

The first two are on by default.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any


class Wrong(Exception):
    """An option cannot be read; the message says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Options:
    audit: bool = True
    versions: bool = True
    archive: bool = False


DEFAULT = Options()
NAMES = tuple(sorted(field.name for field in fields(Options)))
LISTED = ", ".join(NAMES)
FOUND_IN_SERVICES: Mapping[str, tuple[str, ...]] = {
    "audit": (".audit(",),
    "versions": (".set_etag(", ".check_if_match(", ".tag(", ".match("),
}
"""Options that are on by default, with the calls that show whether a module has them that was made without a word."""


def read_options(said: Mapping[str, object]) -> Options:
    """Return the options, with the default of each that cannot be read."""
    return Options(**dict(_read(said, [])))


def options_problems(said: Mapping[str, object]) -> list[str]:
    problems: list[str] = []
    for _ in _read(said, problems):
        pass
    return problems


def written(options: Options, name: str) -> str:
    """Return an option as a description has it."""
    return f"{name}: {str(getattr(options, name)).lower()}"


def _read(said: Mapping[str, object], problems: list[str]) -> Iterator[tuple[str, Any]]:
    for name, value in said.items():
        if name in NAMES:
            try:
                yield name, _READ[name](value)
            except Wrong as wrong:
                problems.append(f": {name!r} {wrong}")


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"is {value!r}: write true or false")
    return value


_READ: Mapping[str, Callable[[object], Any]] = {
    "archive": _switch,
    "audit": _switch,
    "versions": _switch,
}
