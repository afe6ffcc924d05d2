"""A clone of a project, with an environment of exactly its own dependencies."""

import os
import subprocess
from pathlib import Path

from tools.environment import environment_of

PATH = f"{Path(os.environ.get('UV', 'uv')).parent}{os.pathsep}{os.environ['PATH']}"
"""Has uv and uvx, also where only `make` fetched them."""

REGISTRIES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
"""The way to them: uv and npm know no certificates of the system."""
KEPT = ("HOME", "LANG", "TMPDIR", "PYTEST_DEBUG_TEMPROOT", *REGISTRIES)


class Clone:
    """A clone of a rendering, in which the project's own tools run."""

    def __init__(self, folder: Path, environment: Path | None = None) -> None:
        self.folder = folder
        self.commands = environment or environment_of(folder)

    def run(self, *command: str) -> str:
        """Return the command's output. Fails the test with all of the output."""
        return self._printed(self.commands / command[0], *command[1:])

    def make(self, *words: str) -> str:
        """Return the output of `make`, with the project's own Makefile. Fails the test with all of the output."""
        return self._printed("make", *words, f"UV={os.environ.get('UV', 'uv')}")

    def _printed(self, *command: str | Path) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """Return a shell's environment, without our settings and other environments' packages."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = f"{self.commands}{os.pathsep}{PATH}"
        environment = str(self.commands.parent)
        shared = {"UV_PROJECT_ENVIRONMENT": environment, "UV_NO_SYNC": "1", "VIRTUAL_ENV": environment}
        # mypy compares hashes, so renderings share what it knows of the files that they have in common.
        shared["MYPY_CACHE_DIR"] = f"{environment}/mypy-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        return {**kept, **shared, "PATH": path, "PYTHONPATH": "src"}
