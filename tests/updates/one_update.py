"""A cell of the matrix: Copier itself updates a project from one release to another."""

import re
from pathlib import Path
from typing import Any

import copier
import yaml
from copier.errors import TaskError

from tools.snapshot import commit_all, git


def begin(template: Path, release: str, project: Path, answers: dict[str, Any]) -> Path:
    copier.run_copy(str(template), project, data=answers, vcs_ref=release, defaults=True, unsafe=True, quiet=True)
    commit_all(project)
    return project


def update(project: Path, to: str) -> list[str]:
    """Update, and return the conflicts. Commits nothing."""
    try:
        copier.run_update(project, vcs_ref=to, defaults=True, overwrite=True, unsafe=True, quiet=True)
    except TaskError:
        return conflicts(project) or ["the update's last step failed"]
    return conflicts(project)


def conflicts(project: Path) -> list[str]:
    unmerged = {line.split("\t")[1] for line in git(project, "ls-files", "--unmerged").splitlines()}
    marked = {str(file) for file in files(project) if re.search(rb"^(<{7}|>{7}) ", file.read_bytes(), re.M)}
    rejected = {str(file) for file in project.rglob("*.rej")}
    return sorted(unmerged | marked | rejected)


def files(project: Path) -> list[Path]:
    listed = git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return [project / name for name in dict.fromkeys(listed) if name and (project / name).is_file()]


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "Updated")


def tree(project: Path) -> str:
    commit(project)
    return git(project, "rev-parse", "HEAD^{tree}")


def answers_of(project: Path) -> dict[str, Any]:
    stored = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert isinstance(stored, dict)
    return stored
