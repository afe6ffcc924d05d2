"""`make settle`: the steps after a merge. Older releases' `make update` call it by this name."""

import os
import subprocess

from .conflicts import RESOLVE, find_conflicts
from .git import PROJECT
from .problem import Problem

STEPS = (("environment", "install"), ("migrations", "adopt"), ("checks", "check"))


def settle() -> int:
    conflicts = find_conflicts()
    if conflicts:
        raise Problem("\n".join(["There are conflicts left:", *conflicts, RESOLVE]))
    for what, target in STEPS:
        print(f"{what}: make {target}", flush=True)
        done = subprocess.run(
            ["make", "--no-print-directory", target], cwd=PROJECT, env=_environment(), check=False
        )
        if done.returncode:
            raise Problem(f"make {target} failed: put it right, then make settle again.")
    return 0


def _environment() -> dict[str, str]:
    """Return the environment without the options of the calling `make`."""
    ours = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in ours}
