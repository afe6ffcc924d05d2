"""The table of who owns what, and what the standard's files were when the last update gave them."""

import tomllib
from dataclasses import dataclass
from hashlib import sha256

from .git import PROJECT

FOLDER = PROJECT / "standard"
TABLE = FOLDER / "ownership.toml"
MANIFEST = FOLDER / "files.sha256"
EDITED = FOLDER / "edited.toml"


@dataclass(frozen=True)
class Difference:
    path: str
    what: str


def find_differences() -> list[Difference]:
    """Each file of the standard that is not as it came, without those that edited.toml explains."""
    explained = read_edited()
    found = (_difference(path, given) for path, given in read_manifest().items())
    return [difference for difference in found if difference and difference.path not in explained]


def read_manifest() -> dict[str, str]:
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {path: given for given, path in pairs}


def read_edited() -> dict[str, str]:
    """Paths that the project means to keep edited, each with its reason."""
    if not EDITED.exists():
        return {}
    table: dict[str, str] = tomllib.loads(EDITED.read_text(encoding="utf-8"))["edited"]
    return table


def read_beside() -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["beside"]
    return table


def _difference(path: str, given: str) -> Difference | None:
    file = PROJECT / path
    if not file.is_file():
        return Difference(path, "removed")
    return None if given in _hashes(file.read_bytes()) else Difference(path, "edited")


def _hashes(content: bytes) -> set[str]:
    """As it is, and as git keeps it: a checkout on Windows may have other line ends."""
    return {sha256(text).hexdigest() for text in (content, content.replace(b"\r\n", b"\n"))}
