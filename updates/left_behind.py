"""Where a project's old name still stands after it got another one: files that are the client's keep theirs."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = ("project_name", "project_slug")
MOST_PLACES = 6


def names_left_behind(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about the project in the current folder, whose answers were `before`."""
    for question in NAMES:
        old, new = str(before.get(question, "")), str(after.get(question, ""))
        if old and old != new and (places := find_places(old)):
            more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
            yield (
                f"{question} is {new} now. The old one, {old}, is still in {', '.join(places[:MOST_PLACES])}{more}:"
                " these lines are yours, change them by hand."
            )


def find_places(text: str) -> list[str]:
    """`path:line` of each line with these words, without the answers."""
    command = [
        "git",
        "grep",
        "-z",
        "-n",
        "-I",
        "--fixed-strings",
        "--word-regexp",
        "--untracked",
        "-e",
        text,
        "--",
        ".",
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    lines = done.stdout.decode(errors="replace").splitlines()
    places = [":".join(line.split("\0")[:2]) for line in lines if "\0" in line]
    return [place for place in places if not re.match(r"\.copier-answers[\w.-]*\.ya?ml:", place)]
