"""Render what a release gives a project, into a folder of its own."""

import os
from pathlib import Path

import copier
import yaml
from pathspec import PathSpec
from plumbum import local

from extensions.modules.ownership import paths_of
from template.standard.neutral import neutral
from updates.files import File, read_folder
from updates.git import listed

SUFFIX = ".jinja"


def render(template: str, release: str, answers_file: str, answers: bytes, into: Path) -> None:
    """Render what an update writes: without the client's files, because the folder has answers already."""
    file = into / answers_file
    file.parent.mkdir(parents=True)
    file.write_bytes(answers)
    with local.env(**neutral(os.environ)):
        copier.run_copy(
            template,
            into,
            data={name: answer for name, answer in yaml.safe_load(answers).items() if not name.startswith("_")},
            answers_file=answers_file,
            vcs_ref=release,
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=True,
        )


def read_rendering(folder: Path, answers_file: str) -> dict[str, File]:
    """Return the rendered files, without the answers file and without files that this release leaves to the client."""
    clients = PathSpec.from_lines("gitignore", paths_of("client"))
    found = read_folder(folder).items()
    return {path: file for path, file in found if path != answers_file and not clients.match_file(path)}


def paths_in(template: str, release: str) -> set[str]:
    """Return all paths that the release has for any answers, except in modules that the client names."""
    found = listed("ls-tree", "-r", "-z", "--name-only", f"{release}:template", folder=Path(template))
    return {path.removesuffix(SUFFIX) for path in found if "{" not in path}
