"""Write a custom module's files into a folder without Copier and without a project."""

from pathlib import Path

from extensions.modules.fields import Module
from extensions.modules.scaffold import ERRORS, SCAFFOLD, files_of, sources

__all__ = ["ERRORS", "SCAFFOLD", "files_of", "sources", "write"]


def write(module: Module, folder: Path) -> None:
    for path, text in files_of(module):
        target = folder / module.names.package / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
