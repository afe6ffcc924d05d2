"""What a rendering must leave alone because it is the client's: see docs/adr/0004."""

from collections.abc import Iterable, Mapping
from pathlib import Path

# Given once, when a project begins; from then on as much the client's as her own files.
SEEDS = ("/README.md", "/CHANGELOG.md", "/LICENSE", "/src/app/seeds.py", "/migrations/versions/*.py")


def client_owned(
    packages: Iterable[str], packages_before: Iterable[str], operation: str, project: Path, answers_file: str
) -> list[str]:
    """Patterns for Copier's `_exclude`.

    An update renders three times: the old release and the new one, both into empty folders, and the new one into the
    project. Only the last finds an answers file. What the first two leave out is in no diff, so it is never changed
    and never removed; the last may still write a module that is new to the answers.
    """
    begun = (project / answers_file).exists()
    if not begun:
        return [*SEEDS, *map(_folder, packages)] if operation == "update" else []
    before = set(packages_before)
    return [*SEEDS, *(_folder(p) for p in packages if p in before or (project / _folder(p)[1:]).exists())]


def stored_answer(stored: object, question: str) -> object:
    return stored.get(question) if isinstance(stored, Mapping) else None


def _folder(package: str) -> str:
    return f"/src/app/modules/{package}"
