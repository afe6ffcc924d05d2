"""Merge what has changed in the description of a module that exists into the client's files of it.

Both sides of the difference are rendered by this release: the module as it was described, and as it is described now.
What the table needs becomes a new step in the module's migrations; the steps that are there stay as they are.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from extensions.modules.changes import Change, Step, changes_between, step_of
from extensions.modules.fields import Module
from extensions.modules.scaffold import files_of
from updates.claims import find_claims
from updates.files import File
from updates.git import LINK, REPOSITORY, Entry, find_filtered, read_blobs
from updates.left_behind import MOST_PLACES, find_uses
from updates.merge import Merge, Outcome
from updates.moves import Moves

QUESTION = "custom_modules"
MODULES = "src/app/modules"
MIGRATIONS = "migrations"
LABELS = ("yours", "as it was described", "as it is described now")
BY = "the new description"
_COLUMN = re.compile(
    r'^    __tablename__ = "(?P<table>\w+)"|^    op\.create_table\(\s*"(?P<created>\w+)"'
    r'|^    (?P<mapped>\w+): Mapped\[|^        sa\.Column\(\s*"(?P<column>\w+)"',
    re.MULTILINE,
)


@dataclass(frozen=True)
class ChangedModule:
    """A module whose description has changed, in a project with these files in git's index."""

    change: Change
    index: Mapping[str, Entry]

    @property
    def folder(self) -> str:
        return f"{MODULES}/{self.change.package}"

    @cached_property
    def old(self) -> dict[str, File]:
        return self._rendered(self.change.before)

    @cached_property
    def new(self) -> dict[str, File]:
        return self._rendered(self.change.after)

    @cached_property
    def step(self) -> Step | None:
        return step_of(self.change)

    @property
    def step_path(self) -> str:
        """Return the path of the new step, whose number is the next one in the module's folder."""
        folder = f"{self.folder}/{MIGRATIONS}/s"
        numbers = [path.removeprefix(folder)[:4] for path in self.index if path.startswith(folder)]
        last = max((int(number) for number in numbers if number.isdecimal()), default=1)
        return f"{folder}{last + 1:04}_{self.step.name if self.step else ''}.py"

    def refuse_unless_safe(self) -> None:
        """Exit if a file cannot be merged: the folder is gone, or the path is a link, filtered or ignored."""
        paths = sorted({*self.old, *self.new, self.step_path})
        filtered = find_filtered([path for path in paths if path in self.index])
        if claims := find_claims(paths, self.index, filtered):
            place, what = min(claims.items())
            _refuse(f"{place} is {what}: put the file itself in its place, and commit it.")
        if not any(path.startswith(f"{self.folder}/") for path in self.index):
            _refuse(f"{self.folder} is not here: bring it back, and commit it.")

    def merge(self) -> Outcome:
        mine = read_blobs({path: entry for path, entry in self.index.items() if path in self.old or path in self.new})
        moves = Moves({}, self.old.keys(), self.new.keys())
        outcome = Merge(self.old, mine, self.new, moves, labels=LABELS, by=BY).run()
        if self.step:
            outcome.files[self.step_path] = File(self.step.text.encode())
        return Outcome(outcome.files, outcome.unmerged, [*self.change.said, *outcome.notes])

    def left_behind(self) -> Iterator[str]:
        """Yield a message for each column that is gone and seems to be used in code of the module."""
        for column in self.change.names_gone:
            found = [each for each in find_uses(column, self.folder) if f"/{MIGRATIONS}/" not in each]
            if found:
                more = f" and {len(found) - MOST_PLACES} more" if len(found) > MOST_PLACES else ""
                yield f"{self.change.package}.{column} is gone, and used in {', '.join(found[:MOST_PLACES])}{more}."

    def _rendered(self, module: Module) -> dict[str, File]:
        texts = files_of(module)
        return {f"{self.folder}/{path}": File(text.encode()) for path, text in texts if not path.startswith(MIGRATIONS)}


def changed_modules(
    before: Mapping[str, Any], after: Mapping[str, Any], words: Mapping[str, Any], index: Mapping[str, Entry]
) -> list[ChangedModule]:
    """Return the modules that the answers describe differently than before."""
    changes = changes_between(before.get(QUESTION), after.get(QUESTION), words)
    return [
        ChangedModule(change.in_order(_columns_of(change, index)).as_found(_services_of(change, index)), index)
        for change in changes
    ]


def _services_of(change: Change, index: Mapping[str, Entry]) -> str:
    """Return the text of the module's own services."""
    folder = f"{MODULES}/{change.package}/services"
    return "\n".join(_texts([path for path in index if path == f"{folder}.py" or path.startswith(f"{folder}/")], index))


def _texts(paths: Iterable[str], index: Mapping[str, Entry]) -> list[str]:
    found = read_blobs({path: index[path] for path in paths if index[path].mode not in (LINK, REPOSITORY)})
    return [file.text.decode(errors="replace") for file in found.values()]


def _columns_of(change: Change, index: Mapping[str, Entry]) -> dict[str, list[str]]:
    """Return the columns of each table in the order of the module's own models, then of the step that created it."""
    folder = f"{MODULES}/{change.package}"
    models = [path for path in index if path == f"{folder}/models.py" or path.startswith(f"{folder}/models/")]
    paths = [*models, *(path for path in index if path == f"{folder}/{MIGRATIONS}/s0001_create.py")]
    found: dict[str, dict[str, None]] = {}
    for text in _texts(paths, index):
        table = change.after.names.table
        for match in _COLUMN.finditer(text):
            table = match["table"] or match["created"] or table
            if column := match["mapped"] or match["column"]:
                found.setdefault(table, {})[column] = None
    return {table: [*columns] for table, columns in found.items()}


def _refuse(sentence: str) -> None:
    sys.exit(f"Not changed: {sentence}")
