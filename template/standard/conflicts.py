"""Find the conflicts that an update left to resolve."""

import re
from collections.abc import Iterator

from .git import PROJECT, paths

RESOLVE = "Edit each, git add it (or git rm it), then: make settle"
_MARKER = re.compile(rb"^(<{7}|>{7}|\|{7}) ", re.MULTILINE)


def find_conflicts(by: str = "the standard") -> list[str]:
    """Return `path: description` for each file with a conflict between the client and `by`."""
    unmerged = _unmerged(by)
    marked = {path: "has conflict markers" for path in _tracked_and_new() if _has_markers(path)}
    rejected = {
        path: "holds an edit that found no place"
        for path in _tracked_and_new()
        if path.endswith(".rej")
    }
    return [f"{path}: {what}" for path, what in sorted((unmerged | marked | rejected).items())]


def _unmerged(by: str) -> dict[str, str]:
    stages: dict[str, set[str]] = {}
    for line in paths("ls-files", "--unmerged"):
        entry, _, path = line.partition("\t")
        stages.setdefault(path, set()).add(entry.split()[-1])
    return {path: _said(found, by) for path, found in stages.items()}


def _said(stages: set[str], by: str) -> str:
    if "3" not in stages:
        return f"{by} has dropped it, and you had edited it"
    if "1" not in stages:
        return f"you have a file of your own where {by} has one now: both texts are in it"
    return f"you and {by} have changed the same lines"


def _tracked_and_new() -> Iterator[str]:
    listed = paths("ls-files", "--cached", "--others", "--exclude-standard")
    return (path for path in dict.fromkeys(listed) if (PROJECT / path).is_file())


def _has_markers(path: str) -> bool:
    return len({marker[:1] for marker in _MARKER.findall((PROJECT / path).read_bytes())}) > 1
