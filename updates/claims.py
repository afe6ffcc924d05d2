"""Find paths that the client has replaced by a link, a repository or a filtered file: updates leave them alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from updates.git import LINK, REPOSITORY, Entry

LINK_NAME = "a symbolic link"
REPOSITORY_NAME = "a repository of its own"


def find_claims(paths: Iterable[str], index: Mapping[str, Entry], filtered: Mapping[str, str]) -> dict[str, str]:
    """Return paths, with descriptions, at or above the standard's paths where the client has put something else."""
    return dict(found for path in paths if (found := _find_claim(path, index, filtered)))


def claim_on(path: str, claims: Mapping[str, str]) -> str | None:
    """Return the claimed path: this one, or a folder above it."""
    return next((place for place in _with_folders_above(path) if place in claims), None)


def _find_claim(path: str, index: Mapping[str, Entry], filtered: Mapping[str, str]) -> tuple[str, str] | None:
    *folders, _ = places = _with_folders_above(path)
    for place in places:
        what = _special(place, index) or (_no_folder(place) if place in folders else _no_file(place, index, filtered))
        if what:
            return place, what
    return None


def _with_folders_above(path: str) -> list[str]:
    """Return `docs`, then `docs/adr`, then `docs/adr/0001.md`."""
    return [*(str(parent) for parent in reversed(PurePosixPath(path).parents) if str(parent) != "."), path]


def _special(place: str, index: Mapping[str, Entry]) -> str:
    mode = index[place].mode if place in index else ""
    if Path(place).is_symlink() or mode == LINK:
        return LINK_NAME
    return REPOSITORY_NAME if mode == REPOSITORY or Path(place, ".git").exists() else ""


def _no_folder(place: str) -> str:
    return "a file where the standard has a folder" if Path(place).is_file() else ""


def _no_file(place: str, index: Mapping[str, Entry], filtered: Mapping[str, str]) -> str:
    if Path(place).is_dir():
        return "a folder where the standard has a file"
    if place in filtered:
        return f"under the filter {filtered[place]}"
    return "a file that git ignores" if Path(place).exists() and place not in index else ""
