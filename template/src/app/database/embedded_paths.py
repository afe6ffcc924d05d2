"""Paths that PostgreSQL's own tools can work with, for a project in a folder of any name.

pg_ctl and initdb put paths into a line for a shell, between double quotes at best.
"""

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

PLAIN = re.compile(r"[\w/.+-]+", re.ASCII)
QUOTED = re.compile(r"[^$`\"\\\n]+")


class FolderOfSomebodyElse(Exception):
    """What is in it could be exchanged by its owner, so nothing in it is used."""


def plain_data(folder: Path) -> Path:
    """The folder, or a link to it under a plain name.

    Raises FolderOfSomebodyElse.
    """
    if PLAIN.fullmatch(str(folder)):
        return folder
    link = private_folder() / _digest(folder)
    if link.is_symlink() and link.readlink() != folder:
        link.unlink()
    with suppress(FileExistsError):
        link.symlink_to(folder)
    return link


def plain_programs(binaries: Path) -> Path:
    """The folder of the programs, or a copy under a plain name: they resolve links to themselves.

    The copy is complete at each call, also if something cleans temporary files. Raises
    FolderOfSomebodyElse.
    """
    package = binaries.parents[1]
    if QUOTED.fullmatch(str(package)):
        return binaries
    copy = private_folder() / _digest(package)
    for part in (binaries.parent, package.with_name(f"{package.name}.libs")):
        if part.exists():
            target = copy / part.relative_to(package.parent)
            shutil.copytree(part, target, symlinks=True, dirs_exist_ok=True, copy_function=_link)
    return copy / binaries.relative_to(package.parent)


def private_folder() -> Path:
    """This user's, on this machine. Raises FolderOfSomebodyElse."""
    folder = Path(tempfile.gettempdir()).resolve() / f"postgres-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode):
        raise FolderOfSomebodyElse(f"{folder} belongs to somebody else. Remove it, or set TMPDIR.")
    return folder


def _link(source: str, target: str) -> None:
    """A hard link takes no room; where it may not be, a copy."""
    if os.path.lexists(target):
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _digest(path: Path) -> str:
    return sha256(os.fsencode(path)).hexdigest()[:12]
