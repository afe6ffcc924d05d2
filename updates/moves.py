"""Where a file of an older release is in this one: updates/table.toml, followed over any number of releases."""

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("table.toml")


def read_table(section: str) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads(TABLE.read_text(encoding="utf-8"))[section]
    return found


@dataclass(frozen=True)
class Moves:
    table: Mapping[str, str]
    old: Set[str]
    new: Set[str]

    def target_of(self, path: str) -> str | None:
        """None for what is gone. A path that moved may still be there, as an alias for those who import it."""
        chain = self._chain(path)
        if path in self.new and (not chain or self.has_moved_already(path)):
            return path
        return next((place for place in reversed([path, *chain]) if place in self.new), None)

    def has_moved_already(self, path: str) -> bool:
        """Whether the older release had it at its new path, and at this one no more than an alias."""
        return any(place in self.old for place in self._chain(path))

    def _chain(self, path: str) -> list[str]:
        chain: list[str] = []
        while (path := self.table.get(path, "")) and path not in chain:
            chain.append(path)
        return chain
