"""Find the template's releases in its commits and tag them, because a checkout may have no tags.

`make tags` tags this checkout, so that Copier finds its last release.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.snapshot import ROOT, VERSION, git

RELEASED = re.compile(r"\d+\.\d+\.\d+")


def releases(repository: Path = ROOT) -> dict[str, str]:
    """Return `v1.2.0` and so on with their commits, oldest first: those that removed `.dev0` from the version.

    Searches all sides of merges: a branch that merged main has main's releases on its second parent.
    """
    whole = ("--full-history", "--topo-order", "--reverse")
    log = git(repository, "log", *whole, "--format=%H", "-G^version = ", "--", "pyproject.toml")
    found = {}
    for commit in log.split():
        before, after = (_version(repository, ref) for ref in (f"{commit}^", commit))
        if before is not None and after is not None and after != before and _is_release(after):
            found[f"v{after}"] = commit
    return found


def tag_releases(repository: Path = ROOT) -> list[str]:
    """Tag the releases that have no tag, and return their names."""
    tagged = git(repository, "tag").split()
    missing = {tag: commit for tag, commit in releases(repository).items() if tag not in tagged}
    for tag, commit in missing.items():
        git(repository, "tag", "--annotate", "--message", tag, tag, commit)
    return [*missing]


def template_with_releases(folder: Path) -> Path:
    """Clone the template with a tag for each release, and commit the working tree on top, tagged VERSION."""
    git(ROOT, "clone", "--quiet", "--no-tags", str(ROOT), str(folder))
    git(folder, "switch", "--quiet", "--force-create", "main")
    tag_releases(folder)
    _lay_working_tree_over(folder)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "the working tree")
    git(folder, "tag", "--annotate", "--message", "the working tree", VERSION)
    return folder


def _version(repository: Path, ref: str) -> str | None:
    """Return the version in pyproject.toml, or None if there is no such commit or file."""
    command = ["git", "show", f"{ref}:pyproject.toml"]
    shown = subprocess.run(command, cwd=repository, capture_output=True, encoding="utf-8", check=False)
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


def main() -> None:
    made = tag_releases()
    if not releases():
        sys.exit("No release is in the commits of this checkout: git fetch --unshallow")
    print(f"Tagged {', '.join(made)}." if made else "Every release has its tag.")


if __name__ == "__main__":
    main()
