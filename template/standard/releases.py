"""Read the template's releases from its repository."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from .answers import version_of
from .git import asks, git
from .problem import Problem

HEAD = "HEAD"


def latest_release(template: str) -> str | None:
    """Return the highest version that has a tag, ignoring pre-releases."""
    lines = git("ls-remote", "--tags", "--refs", template).splitlines()
    tags = (line.rpartition("refs/tags/")[2] for line in lines)
    versions = {version: tag for tag in tags if (version := version_of(tag))}
    return versions[max(versions)] if versions else None


@dataclass(frozen=True)
class Release:
    """A commit of the template, in a clone of the repository."""

    clone: Path
    name: str

    def refuse_without(self, release: str) -> None:
        """Raises Problem unless the clone has this commit and `release`, the update's start."""
        if not self._has(self.name):
            raise Problem(
                f"The template has no release {self.name}. make update-check says which is the"
                " newest; make update v=HEAD takes its newest commit."
            )
        if not self._has(release):
            raise Problem(
                f"This project is at {release}, and the template does not have it any more:"
                " an update begins with what it gave." + _way_out(release)
            )

    def _has(self, name: str) -> bool:
        names = (f"{name}^{{commit}}", f"origin/{name}^{{commit}}")
        return any(
            asks("rev-parse", "--verify", "--quiet", each, folder=self.clone) for each in names
        )

    def changelog_since(self, release: str) -> str:
        """Return the changelog's sections after that release, newest first."""
        text = self._read("CHANGELOG.md")
        sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
        new = (section for section in sections if _is_after(section, release, self.name))
        return "\n".join(section.strip() for section in new)

    def copier_command(self) -> list[str]:
        """Return the command for Copier, with the package versions that this release pins."""
        needs: list[str] = tomllib.loads(self._read("pyproject.toml"))["project"]["dependencies"]
        copier = next(need for need in needs if re.match(r"copier\b(?!-)", need))
        beside = [part for need in needs if need != copier for part in ("--with", need)]
        return [*beside, "--from", copier, "copier"]

    def _read(self, path: str) -> str:
        return git("show", f"{self.name}:{path}", folder=self.clone)


@contextmanager
def clone_of(template: str, name: str) -> Iterator[Release]:
    with TemporaryDirectory() as folder:
        git("clone", "--quiet", "--no-checkout", template, folder)
        yield Release(Path(folder), name)


def _way_out(release: str) -> str:
    if re.search(r"-\d+-g[0-9a-f]+$", release):
        return (
            "\nIt was a commit between two releases, perhaps made of changes that nobody committed."
            "\ndocs/updating.md says how to join again."
        )
    return (
        "\nPerhaps its tag is gone, or _src_path is a shallow clone, in which"
        " git fetch --unshallow --tags helps. Otherwise docs/updating.md says how to join again."
    )


def _is_after(section: str, release: str, name: str) -> bool:
    version, since, until = version_of(section.split()[1]), version_of(release), version_of(name)
    if version is None:
        return until is None  # unreleased changes come only with HEAD
    return (since is None or version > since) and (until is None or version <= until)
