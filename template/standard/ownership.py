"""Read who owns which file, and the hashes of the standard's files at the last update."""

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
    """Return the standard's files that were edited or removed, unless edited.toml explains why."""
    explained = read_edited()
    found = (_difference(path, given) for path, given in read_manifest().items())
    return [difference for difference in found if difference and difference.path not in explained]


def read_manifest() -> dict[str, str]:
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {path: given for given, path in pairs}


def read_edited() -> dict[str, str]:
    """Return the files that the project keeps edited on purpose, each with its reason."""
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
    """Hash the content as it is, and with LF endings as git stores it: Windows may use CRLF."""
    return {sha256(text).hexdigest() for text in (content, content.replace(b"\r\n", b"\n"))}
