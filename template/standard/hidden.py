"""Refuse to work if git was told to skip files: no diff would show changes in them."""

import shlex

from .git import paths
from .problem import Problem

MOST_NAMED = 5


def refuse_hidden_files() -> None:
    """Raises Problem."""
    marks = {line[2:]: line[0] for line in paths("ls-files", "-v")}
    skipped = [path for path, mark in marks.items() if mark in "Ss"]
    assumed = [path for path, mark in marks.items() if mark.islower()]
    commands = [
        f"  git update-index --{option} -- {shlex.join(found[:MOST_NAMED])}"
        for option, found in (("no-skip-worktree", skipped), ("no-assume-unchanged", assumed))
        if found
    ]
    if commands:
        shown = "\n".join(commands)
        raise Problem(
            "git was told not to look at files here, so a change in them would be lost. Let it look"
            f" again, then commit what has changed or put it back:\n{shown}"
        )
