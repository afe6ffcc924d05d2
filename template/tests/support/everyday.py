"""`pytest --everyday`, as `make test` runs it: leave out tests of what only the standard changes.

These are the tests of the standard's own code, of its ready-made modules, and of the libraries
below. They run if one of those files differs from the last commit, and always in `make check`.
Tests that look at your modules, routes and tables are never left out.
"""

import subprocess
from functools import cache
from pathlib import Path

from .folders import PROJECT

MANIFEST = PROJECT / "standard" / "files.sha256"
LIBRARIES = {"uv.lock", "pyproject.toml", "pytest.toml"}
LOOK_AT_YOURS = {
    "src/app/modules/console/tests/test_every_module.py",
    "src/app/modules/console/tests/test_support.py",
    "src/app/modules/tenants/tests/test_import.py",
    "src/app/modules/users/tests/test_bounds.py",
    "tests/standard/core/http/test_document.py",
    "tests/standard/core/mail/test_mail_jobs.py",
    "tests/standard/core/mail/test_templates.py",
    "tests/standard/core/test_languages.py",
    "tests/standard/core/test_personal_data.py",
    "tests/standard/database/test_guarantees.py",
    "tests/standard/migrations/test_agreement.py",
    "tests/standard/migrations/test_chain.py",
    "tests/standard/migrations/test_rules.py",
    "tests/standard/test_errors.py",
    "tests/standard/test_route_guards.py",
}
"""Tests of the standard that go through every module, route, table or migration of the project."""


def is_left_out(file: Path) -> bool:
    """True for a file of tests that are the standard's own, if nothing they test has changed."""
    return file.suffix == ".py" and file.is_relative_to(PROJECT) and _is_standards_own(_path(file))


def skipped_files() -> list[str]:
    return sorted(filter(_is_standards_own, standard()))


def _is_standards_own(path: str) -> bool:
    return (
        path.startswith(("tests/standard/", "src/app/modules/"))
        and Path(path).name.startswith("test_")
        and path in standard()
        and path not in LOOK_AT_YOURS
        and not has_changed()
    )


@cache
def standard() -> frozenset[str]:
    """Return the standard's files; none where no release is recorded, so nothing is left out."""
    lines = MANIFEST.read_text(encoding="utf-8").splitlines() if MANIFEST.exists() else []
    return frozenset(line.partition("  ")[2] for line in lines)


@cache
def has_changed() -> bool:
    """True if a file of the standard or a library differs from the last commit, or without git."""
    command = ["git", "diff", "--name-only", "--relative", "-z", "HEAD", "--", "."]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return True
    return not (standard() | LIBRARIES).isdisjoint(
        done.stdout.decode("utf-8", "replace").split("\0")
    )


def _path(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()
