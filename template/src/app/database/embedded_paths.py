"""Paths that PostgreSQL's own tools can handle, for projects in folders of any name.

pg_ctl and initdb pass paths to a shell, at best in double quotes.
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
    """The folder belongs to another user, who could replace its content, so it is not used."""


def plain_data(folder: Path) -> Path:
    """Return the folder, or a symlink to it under a plain name.

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
    """Return the programs' folder, or a copy under a plain name: programs resolve symlinks.

    The copy is completed at each call, in case temporary files were deleted. Raises
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
    """Return this user's private folder. Raises FolderOfSomebodyElse."""
    folder = Path(tempfile.gettempdir()).resolve() / f"postgres-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode):
        raise FolderOfSomebodyElse(f"{folder} belongs to somebody else. Remove it, or set TMPDIR.")
    return folder


def _link(source: str, target: str) -> None:
    """Hard-link the file, which needs no space, or copy it where links are not possible."""
    if os.path.lexists(target):
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _digest(path: Path) -> str:
    return sha256(os.fsencode(path)).hexdigest()[:12]
