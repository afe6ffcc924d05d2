"""Generate random edits of a client's files. Each inserted line is unique, so that tests can find it."""

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from .next_release import DROPPED, HEALTH

ADDED_TO = ("src/app/core/permissions.py", "Makefile", "Dockerfile", "AGENTS.md", "mypy.ini")
UNTOUCHED = ("ruff.toml", "src/app/kit/ids.py", "src/app/database/session.py", "docs/a-request.md")
FILES = (*ADDED_TO, *UNTOUCHED, HEALTH, DROPPED)


@dataclass(frozen=True)
class Edit:
    """An edit; `at` and `to` are places in the file, from 0 (its beginning) to 1 (its end)."""

    file: str
    kind: str
    at: float
    to: float


KINDS = ("insert", "insert", "delete", "change", "move", "reformat", "remove file", "rename file")
PLACES = st.floats(min_value=0, max_value=1)
EDITS = st.lists(st.builds(Edit, st.sampled_from(FILES), st.sampled_from(KINDS), PLACES, PLACES), max_size=8)


def make(edits: list[Edit], project: Path) -> None:
    for number, edit in enumerate(edits):
        file = project / edit.file
        if not file.exists():
            continue
        if edit.kind == "remove file":
            file.unlink()
        elif edit.kind == "rename file":
            file.rename(project / f"renamed-{number}")
        else:
            lines = file.read_text().splitlines()
            file.write_text("\n".join(_edited(lines, edit, f"# Ours, number {number}.")) + "\n")


def _edited(lines: list[str], edit: Edit, ours: str) -> list[str]:
    at, to = (int(place * len(lines)) for place in (edit.at, edit.to))
    match edit.kind:
        case "insert":
            return [*lines[:at], ours, *lines[at:]]
        case "delete":
            return [*lines[:at], *lines[at + 1 :]]
        case "change":
            return [*lines[:at], ours, *lines[at + 1 :]]
        case "move":
            rest = [*lines[:at], *lines[at + 1 :]]
            return [*rest[:to], *lines[at : at + 1], *rest[to:]]
        case _:
            return [f"    {line}" for line in lines]
