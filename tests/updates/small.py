"""A template of a few files with the real updates/, for runs of Copier that take seconds."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import copier
import yaml

from tools.snapshot import GIT_ENVIRONMENT, ROOT, commit_all, git

Texts = Mapping[str, str | None]
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"
CARRIED = ("updates", "extensions", "template/standard")
MOVES = "[moved]\n{}\n\n[dropped]\n\n[questions]\n\n[choices]\n"


@dataclass
class SmallTemplate:
    """A template whose releases change some files of the previous one; None removes a file."""

    folder: Path
    releases: int = 0

    def release(self, texts: Texts, moved: Mapping[str, str] | None = None) -> str:
        for path, text in texts.items():
            put(self.folder / "template" / path, text)
        lines = "\n".join(f'"{old}" = "{new}"' for old, new in (moved or {}).items())
        (self.folder / "updates/table.toml").write_text(MOVES.format(lines))
        self.releases += 1
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", "release")
        git(self.folder, "tag", "--annotate", "--message", "release", f"v{self.releases}.0.0")
        return f"v{self.releases}.0.0"

    def begin(self, project: Path) -> Path:
        copier.run_copy(str(self.folder), project, vcs_ref="v1.0.0", defaults=True, unsafe=True, quiet=True)
        commit_all(project)
        return project


def make_template(folder: Path) -> SmallTemplate:
    for name in CARRIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.jinja"))
    migrations = yaml.safe_load((ROOT / "copier.yml").read_text())["_migrations"]
    settings = {"_subdirectory": "template", "_migrations": migrations, "name": {"type": "str", "default": "small"}}
    (folder / "copier.yml").write_text(yaml.safe_dump(settings))
    (folder / "template" / ANSWERS_FILE).write_text("{{ _copier_answers | to_nice_yaml -}}\n")
    commit_all(folder)
    return SmallTemplate(folder)


def put(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def update(
    project: Path, settings: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Copier's own command with these git settings. Commits nothing."""
    machine = project.with_name("gitconfig")
    machine.write_text(settings)
    return subprocess.run(
        [sys.executable, "-m", "copier", "update", "--trust", "--defaults", "--quiet"],
        cwd=project,
        env={**GIT_ENVIRONMENT, **(environment or {}), "GIT_CONFIG_GLOBAL": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )
