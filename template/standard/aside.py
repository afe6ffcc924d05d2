"""Move paths of the client, such as links, aside while Copier writes there.

They wait in `standard-update` inside git's own folder, where neither `git clean` nor Copier
finds them. An interrupted update leaves them there, and the next update moves them back first.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

FOLDER = "standard-update"


def state_of(project: Path) -> Path:
    return Path(_ask(project, "--absolute-git-dir"), FOLDER)


def put_aside(project: Path, paths: Iterable[str]) -> None:
    """Move paths aside.

    Writes the list first, so that after an interruption every path is in its place or in the list.
    """
    state, top = state_of(project), Path(_ask(project, "--show-toplevel"))
    inside = project.resolve().relative_to(top)
    things = [(inside / path).as_posix() for path in paths]
    state.mkdir(exist_ok=True)
    (state / "aside.json").write_text(json.dumps(things), encoding="utf-8")
    for number, thing in enumerate(things):
        shutil.move(top / thing, state / str(number))


def put_back(project: Path, *, over: bool) -> list[str]:
    """Move everything back, and return messages about what could not be moved.

    `over` replaces what is at the path now, because an update has just written it.
    """
    state, top = state_of(project), Path(_ask(project, "--show-toplevel"))
    written = state / "aside.json"
    things: list[str] = json.loads(written.read_text(encoding="utf-8")) if written.exists() else []
    pairs = [(state / str(number), top / thing) for number, thing in enumerate(things)]
    problems = [_put_back(kept, place, over=over) for kept, place in pairs if _is_there(kept)]
    found = [problem for problem in problems if problem]
    if not found:
        shutil.rmtree(state, ignore_errors=True)
    return found


def _put_back(kept: Path, place: Path, *, over: bool) -> str:
    if _is_there(place):
        if not (over or _is_empty(place) or _is_same(kept, place)):
            return (
                f"{place} and {kept} are both there since an interrupted update:"
                f" keep one at {place}, and remove the other."
            )
        _remove(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(kept, place)
    return ""


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _is_same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _ask(project: Path, what: str) -> str:
    command = ["git", "rev-parse", what]
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout.rstrip("\n")
