"""A project to work in, with nothing but what its own pyproject asks for."""

import os
import subprocess
from pathlib import Path

from tools.environment import environment_of


class Clone:
    """A clone of a rendering, in which the project's own tools run."""

    def __init__(self, folder: Path, environment: Path | None = None) -> None:
        self.folder = folder
        self.commands = environment or environment_of(folder)

    def run(self, *command: str) -> str:
        """What the command printed. It fails the test with all of its output."""
        done = subprocess.run(
            [self.commands / command[0], *command[1:]],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Of this machine what a shell has: no setting of ours, no other environment's packages."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{self.commands}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "PATH": path, "PYTHONPATH": "src", "VIRTUAL_ENV": str(self.commands.parent)}
