"""Spare Copier a process of git for each file that it writes."""

import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from pathlib import Path
from subprocess import run
from typing import Any

_STEP, _PARAMETERS = "_sync_git_index_executable_bit", ["self", "dst_relpath", "src_mode"]
_ANSWER = "_file_mode_is_off"


def ask_git_once() -> None:
    """Let each run of Copier ask once whether `core.fileMode` is off, and not once for each file.

    Only if it is off has the step something to do. A Copier with another step stays as it is.
    """
    worker: Any = getattr(sys.modules.get("copier._main"), "Worker", None)
    step: Any = getattr(worker, _STEP, None)
    is_known = step is not None and [*signature(step).parameters] == _PARAMETERS
    if is_known and not hasattr(step, "__wrapped__"):
        setattr(worker, _STEP, _where_it_is_off(step))


def _where_it_is_off(step: Callable[[Any, Path, int], None]) -> Callable[[Any, Path, int], None]:
    @wraps(step)
    def asked_once(worker: Any, dst_relpath: Path, src_mode: int) -> None:
        answers = vars(worker)
        if _ANSWER not in answers:
            answers[_ANSWER] = _is_off(worker.subproject.local_abspath)
        if answers[_ANSWER]:
            step(worker, dst_relpath, src_mode)

    return asked_once


def _is_off(project: Path) -> bool:
    asked = run(
        ["git", "config", "--type=bool", "--get", "core.fileMode"],
        cwd=project,
        capture_output=True,
        check=False,
    )
    return asked.stdout.strip() == b"false"
