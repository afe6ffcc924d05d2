"""Find lines that still contain a project's old name after a rename: updates do not edit the client's files."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = ("project_name", "project_slug")
MOST_PLACES = 6


def names_left_behind(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield messages for the project in the current folder; `before` are its old answers."""
    for question in NAMES:
        old, new = str(before.get(question, "")), str(after.get(question, ""))
        if old and old != new and (places := find_places(old)):
            more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
            yield (
                f"{question} is {new} now. The old one, {old}, is still in {', '.join(places[:MOST_PLACES])}{more}:"
                " these lines are yours, change them by hand."
            )


def find_places(text: str) -> list[str]:
    """Return `path:line` of each line with this text as a word, except in the answers file."""
    return _grep("--fixed-strings", "--word-regexp", "-e", text, "--", ".")


def find_uses(column: str, folder: str) -> list[str]:
    """Return `path:line` of each line of code that seems to use the column: as an attribute, a name or a key."""
    pattern = rf"[.\"']{column}\b|\b{column}[=:]"
    return _grep("--extended-regexp", "-e", pattern, "--", f":(glob){folder}/**/*.py")


def _grep(*arguments: str) -> list[str]:
    command = ["git", "grep", "-z", "-n", "-I", "--untracked", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    lines = done.stdout.decode(errors="replace").splitlines()
    places = [":".join(line.split("\0")[:2]) for line in lines if "\0" in line]
    return [place for place in places if not re.match(r"\.copier-answers[\w.-]*\.ya?ml:", place)]
