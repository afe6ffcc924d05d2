"""The template with its releases as tags, found in its history: a checkout may have no tags, but it has its commits."""

import re
import shutil
import subprocess
from pathlib import Path

from tools.snapshot import ROOT, VERSION, git

RELEASED = re.compile(r"\d+\.\d+\.\d+")


def releases(repository: Path = ROOT) -> dict[str, str]:
    """`v1.2.0` and its commit, oldest first: the commits that took `.dev0` off the version in pyproject.toml."""
    log = git(repository, "log", "--topo-order", "--reverse", "--format=%H", "-G^version = ", "--", "pyproject.toml")
    found = {}
    for commit in log.split():
        before, after = (_version(repository, ref) for ref in (f"{commit}^", commit))
        if before is not None and after is not None and after != before and _is_release(after):
            found[f"v{after}"] = commit
    return found


def template_with_releases(folder: Path) -> Path:
    """A clone with a tag for each release, and the working tree as the newest commit, tagged VERSION."""
    git(ROOT, "clone", "--quiet", "--no-tags", str(ROOT), str(folder))
    git(folder, "switch", "--quiet", "--force-create", "main")
    for tag, commit in releases().items():
        git(folder, "tag", "--annotate", "--message", tag, tag, commit)
    _lay_working_tree_over(folder)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "the working tree")
    git(folder, "tag", "--annotate", "--message", "the working tree", VERSION)
    return folder


def _version(repository: Path, ref: str) -> str | None:
    """As pyproject.toml says it; None where there is no such commit or file."""
    command = ["git", "show", f"{ref}:pyproject.toml"]
    shown = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    found = re.search(r'^version = "(.*)"$', shown.stdout, re.MULTILINE)
    return found[1] if found else None


def _is_release(version: str) -> bool:
    return RELEASED.fullmatch(version) is not None


def _lay_working_tree_over(folder: Path) -> None:
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    wanted = {name for name in listed if name and (ROOT / name).is_file()}
    for name in set(git(folder, "ls-files", "-z").split("\0")) - wanted - {""}:
        (folder / name).unlink()
    for name in wanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
