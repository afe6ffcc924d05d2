"""Exclude the client's files from updates: see docs/adr/0004."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

# The only ownership table: projects contain the same file.
TABLE = Path(__file__).parents[2] / "template/standard/ownership.toml"


def paths_of(owner: str) -> list[str]:
    """Return the patterns, as in .gitignore, of paths that are `client` or `shared`."""
    found = tomllib.loads(TABLE.read_text(encoding="utf-8"))[owner]
    return [str(path) for path in found]


def client_owned(
    packages: Iterable[str], packages_before: Iterable[str], operation: str, project: Path, answers_file: str
) -> list[str]:
    """Return patterns for Copier's `_exclude`.

    An update renders three times: the old release and the new one, both into empty folders, and the new one into the
    project. Only the last finds an answers file. Files that the first two leave out are in no diff, so they are never
    changed or removed; the last may still write a module that is new in the answers.
    """
    given_once = paths_of("client")
    begun = (project / answers_file).exists()
    if not begun:
        return [*given_once, *map(_folder, packages)] if operation == "update" else []
    before = set(packages_before)
    return [*given_once, *(_folder(p) for p in packages if p in before or (project / _folder(p)[1:]).exists())]


def _folder(package: str) -> str:
    return f"/src/app/modules/{package}"
