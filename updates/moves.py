"""Map files of an older release to their paths in this one, by updates/table.toml, over any number of releases."""

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
        """Return the new path, or None for a removed file. A moved file's old path may remain as an alias."""
        chain = self._chain(path)
        if path in self.new and (not chain or self.has_moved_already(path)):
            return path
        return next((place for place in reversed([path, *chain]) if place in self.new), None)

    def has_moved_already(self, path: str) -> bool:
        """True if the older release had the file at its new path already, and only an alias at this one."""
        return any(place in self.old for place in self._chain(path))

    def _chain(self, path: str) -> list[str]:
        chain: list[str] = []
        while (path := self.table.get(path, "")) and path not in chain:
            chain.append(path)
        return chain
