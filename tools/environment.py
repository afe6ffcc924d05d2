"""One environment for every rendering with the same dependencies: what its own pyproject asks for, no more."""

import fcntl
import os
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from tools.snapshot import ROOT

ENVIRONMENTS = ROOT / "build" / "environments"


def environment_of(project: Path) -> Path:
    """The folder with the environment's commands, made the first time that it is asked for."""
    folder = ENVIRONMENTS / _key(project / "pyproject.toml")
    done = folder / "complete"
    with _one_at_a_time():
        if not done.exists():
            _make(folder, project)
            done.touch()
    return folder / "bin"


def _key(pyproject: Path) -> str:
    """Of the dependencies alone: a project's name and authors change nothing about its environment."""
    read = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    wanted = repr((read["project"]["requires-python"], read["project"]["dependencies"], read["dependency-groups"]))
    return sha256(wanted.encode()).hexdigest()[:12]


def _make(folder: Path, project: Path) -> None:
    outside = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    uv = os.environ.get("UV", "uv")  # `uv run` says where it is itself
    subprocess.run([uv, "venv", "--quiet", "--clear", folder], env=outside, check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", folder, "--requirements", "pyproject.toml", "--group", "dev"],
        cwd=project,
        env=outside,
        check=True,
    )
    _add_command(folder / "bin" / "app")


def _add_command(file: Path) -> None:
    """`app`, as the project's own installation would bring it: its code is that of the folder one is in."""
    file.write_text('#!/bin/sh\nexec python -m app "$@"\n', encoding="utf-8")
    file.chmod(0o755)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with (ENVIRONMENTS / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
