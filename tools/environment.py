"""Share one virtual environment among renderings with equal dependencies: exactly what their pyproject.toml needs."""

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
    """Return the environment's bin folder; create the environment if it does not exist."""
    folder = ENVIRONMENTS / _key(project / "pyproject.toml")
    done = folder / "complete"
    with _one_at_a_time():
        if not done.exists():
            _make(folder, project)
            done.touch()
    return folder / "bin"


def _key(pyproject: Path) -> str:
    """Hash the dependencies only: names and authors do not change the environment."""
    read = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    wanted = repr((read["project"]["requires-python"], read["project"]["dependencies"], read["dependency-groups"]))
    return sha256(wanted.encode()).hexdigest()[:12]


def _make(folder: Path, project: Path) -> None:
    outside = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    uv = os.environ.get("UV", "uv")  # `uv run` sets the variable to its own path
    subprocess.run([uv, "venv", "--quiet", "--clear", folder], env=outside, check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", folder, "--requirements", "pyproject.toml", "--group", "dev"],
        cwd=project,
        env=outside,
        check=True,
    )
    _add_command(folder / "bin" / "app")


def _add_command(file: Path) -> None:
    """Add the command `app`, as an installation would, but for the code in the current folder."""
    file.write_text('#!/bin/sh\nexec python -m app "$@"\n', encoding="utf-8")
    file.chmod(0o755)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with (ENVIRONMENTS / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
