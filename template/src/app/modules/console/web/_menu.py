"""The menu: entries of the console's own pages; those of resources are found with the resources."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One link of the menu; people whom `guard` refuses do not see it.

    `group` is its heading; the order of the groups is that of their first entries.
    """

    title: str
    path: str
    guard: str
    group: str = ""


_ENTRIES: list[Entry] = []


def add_to_menu(*entries: Entry) -> None:
    """Add entries, in the file of their pages."""
    _ENTRIES.extend(entries)


def grouped(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return these entries and the console's own, by group."""
    groups: dict[str, list[Entry]] = {}
    for entry in [*entries, *_ENTRIES]:
        groups.setdefault(entry.group, []).append(entry)
    return groups
