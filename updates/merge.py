"""Decide what each path of a project becomes in an update, from three files each and from nothing else.

`old` is what the last update gave, `mine` what the client has committed, `new` what this release gives. What Copier
has written in the meantime, and git's settings, do not matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from updates.claims import claim_on
from updates.files import File
from updates.git import run
from updates.moves import Moves

LABELS = ("before updating", "last update", "after updating")
MOST_CONFLICTS = 127  # the highest count of git merge-file; a higher exit code means that it could not read the files
NOTHING = File(b"")

Files = Mapping[str, File]


@dataclass(frozen=True)
class Outcome:
    files: dict[str, File | None] = field(default_factory=dict)  # None removes the file
    unmerged: dict[str, dict[int, File]] = field(default_factory=dict)  # by stage in git's index
    notes: list[str] = field(default_factory=list)

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(self.files | other.files, self.unmerged | other.unmerged, [*self.notes, *other.notes])


@dataclass(frozen=True)
class Merge:
    old: Files
    mine: Files
    new: Files
    moves: Moves
    dropped: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, str, str] = LABELS
    by: str = "the standard"
    outcome: Outcome = field(default_factory=Outcome)

    def run(self) -> Outcome:
        sources: dict[str | None, list[str]] = {}
        for path in sorted(self.old):
            sources.setdefault(self.moves.target_of(path), []).append(path)
        for path in sources.pop(None, []):
            self._drop(path, self.dropped.get(path, ""))
        for path in sorted(self.new):
            self._give(path, sources.get(path, []))
        return self.outcome

    def _give(self, path: str, sources: list[str]) -> None:
        here = [source for source in sources if source in self.mine]
        if claim_on(path, self.claims):
            self._leave_claimed(path, sources)
        elif sources and not self._has_kept(here, sources):
            self._leave_removed(path, sources)
        elif sources or path not in self.old:
            self._merge(path, here)
        else:
            self._refresh_alias(path)

    def _has_kept(self, here: list[str], sources: list[str]) -> bool:
        """True if the client kept the file; unedited leftovers, such as aliases of a moved file, do not count."""
        first_hand = [source for source in sources if not self.moves.has_moved_already(source)] or sources
        return any(source in first_hand or self._is_edited(source) for source in here)

    def _merge(self, path: str, sources: list[str]) -> None:
        # Several old files may have become this one, so each source's edits are merged into the last result.
        result, stages = self.new[path], {3: self.new[path]}
        for source in sources:
            base, mine = self.old[source], self.mine[source]
            result, clean = three_way(base, mine, result, self.labels)
            if not clean:
                stages = {1: base, 2: mine, **stages}
            if source != path:
                self._move_away(source, path)
        # The client has a file of their own at the new path: merge with an empty base, so that both texts stay.
        if path in self.mine and path not in sources:
            result, clean = three_way(NOTHING, self.mine[path], result, self.labels)
            if not clean:
                stages = {**stages, 2: self.mine[path]}
        self._set(path, result, stages if len(stages) > 1 else {})

    def _set(self, path: str, result: File, stages: dict[int, File]) -> None:
        self.outcome.files[path] = result
        if stages:
            self.outcome.unmerged[path] = stages
            what = f"you and {self.by} have changed the same lines"
            own = f"you have a file of your own where {self.by} has one now: both texts are in it"
            self._say(path, what if 1 in stages else own)

    def _move_away(self, source: str, path: str) -> None:
        if source not in self.new:
            self.outcome.files[source] = None
        if self._is_edited(source):
            self._say(source, f"is now {path}: your edits were carried over", colon=False)

    def _drop(self, path: str, instead: str) -> None:
        if path not in self.mine:
            return
        if not self._is_edited(path):
            self.outcome.files[path] = None
            return
        self.outcome.files[path] = self.mine[path]
        self.outcome.unmerged[path] = {1: self.old[path], 2: self.mine[path]}
        self._say(path, f"{self.by} has dropped it, and you had edited it: yours is still there. {instead}".rstrip())

    def _leave_removed(self, path: str, sources: list[str]) -> None:
        """Respect a removal by the client, also at the file's new path; keep a file of the client's own there."""
        self.outcome.files[path] = self.mine.get(path)
        for source in sources:
            if source in self.mine and source != path:
                self.outcome.files[source] = None
        gone = sources[0]
        if path != gone:
            self._say(gone, f"you have removed or renamed it; the standard's is {path} now, and was not added")
        elif self.old[gone] != self.new[path]:
            self._say(gone, f"you have removed or renamed it, and {self.by} has changed it since")

    def _leave_claimed(self, path: str, sources: list[str]) -> None:
        place = claim_on(path, self.claims) or path
        for source in sources:
            if source != path and not claim_on(source, self.claims):
                self._drop(source, f"Its new place would be {path}.")
        if [self.old[source] for source in sources] != [self.new[path]]:
            what = "the standard's changes do not reach it" if sources else "the standard's new file was not added"
            beneath = "" if place == path else f" ({path})"
            self._say(place, f"{self.claims[place]}, and yours: {what}{beneath}")

    def _refresh_alias(self, path: str) -> None:
        """Update the alias at the old path of a file that moved, with the client's edits, in this release."""
        self.outcome.files[path] = self.new[path] if path in self.mine else None

    def _is_edited(self, path: str) -> bool:
        return not self.mine[path].is_like(self.old[path])

    def _say(self, path: str, what: str, *, colon: bool = True) -> None:
        self.outcome.notes.append(f"{path}{':' if colon else ''} {what}")


def three_way(base: File, mine: File, theirs: File, labels: tuple[str, str, str] = LABELS) -> tuple[File, bool]:
    """Merge, with conflict markers if needed and the client's line endings; of binary files keep the client's."""
    # The client's change of the executable bit wins over the standard's.
    executable = theirs.executable if mine.executable == base.executable else mine.executable
    content, clean = _merged(base.text, mine.text, theirs.text, labels)
    if mine.ends_lines_with_crlf:
        content = content.replace(b"\n", b"\r\n")
    return File(mine.content if content == mine.text else content, executable), clean


def _merged(base: bytes, mine: bytes, theirs: bytes, labels: tuple[str, str, str]) -> tuple[bytes, bool]:
    if mine == base:
        return theirs, True
    if theirs in (base, mine):
        return mine, True
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("mine", "base", "theirs")]
        for file, content in zip(files, (mine, base, theirs), strict=True):
            file.write_bytes(content)
        done = run("merge-file", "-p", *(part for label in labels for part in ("-L", label)), *files)
    is_text = done.returncode <= MOST_CONFLICTS
    return (done.stdout if is_text else mine), done.returncode == 0
