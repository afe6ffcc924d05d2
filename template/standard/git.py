"""git, in this project's folder; paths are relative to it."""

import subprocess
from pathlib import Path

from .aside import put_back
from .problem import Problem

PROJECT = Path(__file__).parents[1]


def git(*arguments: str, folder: Path = PROJECT) -> str:
    """Raises Problem with what git says."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if done.returncode:
        raise Problem(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def asks(*arguments: str, folder: Path = PROJECT) -> bool:
    """Whether git says yes."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def paths(*arguments: str) -> list[str]:
    return [path for path in git(*arguments, "-z").split("\0") if path]


def is_repository() -> bool:
    return asks("rev-parse", "--verify", "--quiet", "HEAD")


def changed() -> list[str]:
    """Everything that is not as in the last commit, new files included, ignored ones not."""
    return git("status", "--porcelain", "--untracked-files=all", "--", ".").splitlines()


def back_to_last_commit() -> None:
    """Of this folder. Only for a tree that was clean: what is not committed is gone."""
    git("reset", "--quiet", "--", ".")
    git("checkout", "--quiet", "HEAD", "--", ".")
    git("clean", "--quiet", "--force", "-d", "--", ".")
    put_back(PROJECT, over=True)
