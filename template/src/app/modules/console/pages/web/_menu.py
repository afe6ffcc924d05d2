"""The menu: entries of the console's own pages; those of resources are found with the resources."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.core.languages import Text

from ._texts import NOTHING


@dataclass(frozen=True)
class Entry:
    """One link of the menu; people whom `guard` refuses do not see it.

    `group` is its heading; the order of the groups is that of their first entries.
    """

    title: Text
    path: str
    guard: str
    group: Text = NOTHING


_ENTRIES: list[Entry] = []
_FOUND: list[Callable[[Any], Iterable[Entry]]] = []


def add_to_menu(*entries: Entry) -> None:
    """Add entries, in the file of their pages."""
    _ENTRIES.extend(entries)


def set_entries(find: Callable[[Any], Iterable[Entry]]) -> None:
    """Name what finds the entries of resources, for a visit."""
    _FOUND[:] = [find]


def grouped(visit: Any) -> dict[Text, list[Entry]]:
    """Return the entries of resources and the console's own, by group, in order of their titles."""
    groups: dict[Text, list[Entry]] = {}
    found = [entry for find in _FOUND for entry in find(visit)]
    for entry in [*found, *_ENTRIES]:
        groups.setdefault(entry.group, []).append(entry)
    return {
        group: sorted(entries, key=lambda each: visit.written(each.title).lower())
        for group, entries in groups.items()
    }
