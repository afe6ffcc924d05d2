"""Run git in this project's folder; paths are relative to the folder."""

import subprocess
from pathlib import Path

from .aside import put_back
from .problem import Problem

PROJECT = Path(__file__).parents[1]


def git(*arguments: str, folder: Path = PROJECT) -> str:
    """Return git's output. Raises Problem with git's error message, and where to look."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if done.returncode:
        raise Problem(f"git {arguments[0]} failed: {done.stderr.strip()}\n{_cure(arguments[0])}")
    return done.stdout


def _cure(command: str) -> str:
    if command in ("clone", "ls-remote"):
        return (
            "Check that the template can be read from here: its address is _src_path in"
            " .copier-answers.yml. Then run the same command again."
        )
    return "Put that right, then run the same command again."


def asks(*arguments: str, folder: Path = PROJECT) -> bool:
    """True if the command exits with 0."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def paths(*arguments: str) -> list[str]:
    return [path for path in git(*arguments, "-z").split("\0") if path]


def is_repository() -> bool:
    return asks("rev-parse", "--verify", "--quiet", "HEAD")


def changed() -> list[str]:
    """Return all changes since the last commit, including new files, excluding ignored ones."""
    return git("status", "--porcelain", "--untracked-files=all", "--", ".").splitlines()


def back_to_last_commit() -> None:
    """Restore this folder from the last commit. Call it only on a clean tree: changes are lost."""
    git("reset", "--quiet", "--", ".")
    git("checkout", "--quiet", "HEAD", "--", ".")
    git("clean", "--quiet", "--force", "-d", "--", ".")
    put_back(PROJECT, over=True)
