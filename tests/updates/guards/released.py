"""Released migrations, revisions, changelog sections and version numbers must stay."""

import re
from collections.abc import Iterator
from pathlib import Path

from .source import Source

STEPS = ("migrations/standard", "migrations/ready_made")
REVISION = "sha256(self.module.encode()).hexdigest()[:12]"
ID_MAKERS = ("extensions/modules/migration_steps.py", "template/src/app/database/schema/migrations.py")


def steps_stay(before: Source, after: Source) -> Iterator[str]:
    """Steps keep content and name: clients' chains import them, databases have run them, revisions hash names."""
    for path in _steps(before):
        if not after.has(f"template/{path}"):
            yield f"{path} was released and is gone"
        elif after.text(f"template/{path}") != before.text(f"template/{path}"):
            yield f"{path} was released and is changed: write the next step"


def steps_come_last(before: Source, after: Source) -> Iterator[str]:
    for folder in STEPS:
        was = sorted(path for path in _steps(before) if path.startswith(folder) and path.endswith(".py"))
        for path in _steps(after):
            last = [old for old in was if Path(old).parent == Path(path).parent]
            if path.endswith(".py") and path not in was and last and path < last[-1] and "__init__" not in path:
                yield f"{path} comes before a step that was released"


def revisions_stay(before: Source, after: Source) -> Iterator[str]:
    was, now = _revisions(before), _revisions(after)
    for file in was.keys() & now.keys():
        if was[file] != now[file]:
            yield f"{file} has another revision: chains and databases have the old one"
    if "revision.txt" in "".join(before.sources) and before.given("migrations/revision.txt") != after.given(
        "migrations/revision.txt"
    ):
        yield "migrations/revision.txt is changed: the same step would be two files"
    for path in ID_MAKERS:
        if not any(REVISION in file.read_text() for file in _files_like(after, path)):
            yield f"{path} makes other revisions than before: chains and databases have the old ones"


def changelog_stays(before: Source, after: Source) -> Iterator[str]:
    was, now = before.changelog(), after.changelog()
    for version in was.keys() - now.keys() - {"Unreleased"}:
        yield f"CHANGELOG.md has no section {version} any more"
    for version in (was.keys() & now.keys()) - {"Unreleased"}:
        if was[version].strip() != now[version].strip():
            yield f"CHANGELOG.md says something else of {version} than when it came"


def changelog_has_this_version(_: Source, after: Source) -> Iterator[str]:
    version = "Unreleased" if ".dev" in after.version else after.version
    if version not in after.changelog():
        yield f"CHANGELOG.md has no section {version}: people see exactly the sections since their release"


def numbers_rise(before: Source, after: Source) -> Iterator[str]:
    if _number(after.version) < _number(before.version):
        yield f"{after.version} comes after {before.version}: Copier refuses to go back"


def _steps(source: Source) -> list[str]:
    return [path for path in source.sources if path.startswith(STEPS)]


def _revisions(source: Source) -> dict[str, str]:
    chain = source.extension._copier.first_chain([], sorted(source.extension.ready_made.NAMES))
    found = ((step["file"], re.search(r'^revision = "(\w+)"', step["text"], re.MULTILINE)) for step in chain)
    return {file: match[1] if match else "none" for file, match in found}


def _files_like(source: Source, path: str) -> Iterator[Path]:
    """Yield the file, or the files to which it may have moved."""
    folder = source.folder / ("extensions" if path.startswith("extensions") else "template/src/app/database")
    yield from folder.rglob("*.py")


def _number(version: str) -> list[int]:
    return [int(part) for part in version.partition(".dev")[0].split(".")]


RULES = (
    steps_stay,
    steps_come_last,
    revisions_stay,
    changelog_stays,
    changelog_has_this_version,
    numbers_rise,
)
