"""Copy the working tree into a new git repository with one commit that is tagged as a release."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSION = "v9999.0.0"

# A fresh machine has no git identity, and a developer's own hooks and signing must not apply here.
GIT_ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Agency Standard",
    "GIT_AUTHOR_EMAIL": "standard@example.com",
    "GIT_COMMITTER_NAME": "Agency Standard",
    "GIT_COMMITTER_EMAIL": "standard@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=GIT_ENVIRONMENT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return done.stdout


def snapshot(folder: Path) -> Path:
    """Copy all files that git does not ignore, including uncommitted changes."""
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in {name for name in listed.split("\0") if name and (ROOT / name).is_file()}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    commit_all(folder)
    git(folder, "tag", "--annotate", "--message", "the working tree", VERSION)
    return folder


def commit_all(folder: Path) -> None:
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "As it is")
