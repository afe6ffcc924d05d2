"""A project in a folder of its own: what the standard brings, the module `orders`, and the pages.

Modules of yours are left out, so that none has the name of one in the pages.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.folders import PROJECT

from .pages import added, blocks, name_of, with_imports

STANDARD = {"tenants", "users", "audit", "api_keys"}
FILES = ("alembic.ini", "conftest.py", "mypy.ini", "pytest.toml", "ruff.toml", "tach.toml")
CODE = ("src", "migrations", "tests", "docs/how-to")
PARTS = ("repositories", "services", "permissions", "events", "errors", "schemas", "models")
NOT_PASSED_ON = ("COVERAGE_", "COV_", "PYTEST_")

# What an editor imports by itself.
IMPORTS = """
import asyncio
import datetime as dt
import httpx2
import pytest
import sqlalchemy as sa
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from alembic import op
from fastapi import APIRouter, Depends, Header, Query
from httpx import AsyncClient
from sqlalchemy.orm import Mapped, mapped_column

from app.core.auth import Actor
from app.core.errors import Conflict
from app.core.events import Event, subscribe
from app.core.jobs import job
from app.core.module import Module
from app.core.runtime import Runtime
from app.core.unit_of_work import CurrentWork, UnitOfWork, open_unit
from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin
from app.database.repository import Repository, RowNotFound
from app.kit import clock
from app.kit.ids import new_id
from app.kit.rows import Rows
from tests.support.mail import mails_to
from tests.support.people import Person
from tests.support.scenario import Scenario
"""


def make_project(folder: Path) -> None:
    """Write the project: its files, its import rules and its chain of migrations."""
    _copy(folder)
    for block in blocks():
        _add(folder / block.path, block.text)
    for module in sorted((folder / "src/app/modules").iterdir()):
        if (module / "module.py").exists():
            (module / "__init__.py").touch()
            (module / "tests").mkdir(exist_ok=True)
            (module / "tests/__init__.py").touch()
    _import_what_is_missing(folder)
    run(folder, "ruff", "check", "--quiet", "--select", "I,RUF022", "--fix", ".")
    run(folder, "ruff", "format", "--quiet", ".")
    run(folder, sys.executable, "-m", "tests.how_to.chain")
    run(folder, sys.executable, "-m", "app", "import-rules")


def run(folder: Path, *command: str) -> str:
    """Return the output. Raises AssertionError with it if the command fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    done = subprocess.run(
        command,
        cwd=folder,
        env=own | {"PYTHONPATH": "src", "APP_ENVIRONMENT": "test"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def _copy(folder: Path) -> None:
    def ignored(where: str, names: list[str]) -> set[str]:
        place = Path(where).relative_to(PROJECT)
        if place == Path("src/app/modules"):
            return {name for name in names if name not in STANDARD | {"__init__.py"}}
        if place == Path("migrations/versions"):
            return set(names)
        omitted = {"__pycache__", "orders"} if place == Path("tests/how_to") else {"__pycache__"}
        return omitted & set(names)

    for name in CODE:
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(PROJECT / name, folder)
    shutil.copytree(Path(__file__).parent / "orders", folder / "src/app/modules/orders")
    (folder / "src/app/seeds.py").write_text('"""No seeds."""\n', encoding="utf-8")
    (PROJECT / ".data").mkdir(exist_ok=True)
    (folder / ".data").symlink_to(PROJECT / ".data")  # the tests' PostgreSQL


def _add(file: Path, block: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = added(file.read_text(encoding="utf-8"), block) if file.exists() else block
    file.write_text(text, encoding="utf-8")


def _import_what_is_missing(folder: Path) -> None:
    common = _common()
    command = ("ruff", "check", "--exit-zero", "--select", "F821", "--output-format", "json")
    missing: dict[Path, set[str]] = {}
    for found in json.loads(run(folder, *command, "src/app/modules", "tests", "migrations")):
        name = found["message"].split("`")[1]
        missing.setdefault(Path(found["filename"]), set()).add(name)
    for file, names in missing.items():
        found_of = {name: _import_of(name, file, folder) or common.get(name) for name in names}
        unknown = sorted(name for name, line in found_of.items() if line is None)
        assert not unknown, f"{file.relative_to(folder)}: a page must import {unknown}"
        lines = sorted(filter(None, found_of.values()))
        text = file.read_text(encoding="utf-8")
        file.write_text(with_imports(text, lines) + "\n", encoding="utf-8")


def _import_of(name: str, file: Path, folder: Path) -> str | None:
    """Return the import of a name of the same module, or of another one's public API."""
    modules = folder / "src/app/modules"
    if not file.is_relative_to(modules):
        return None
    module, *below = file.relative_to(modules).parts
    is_test, dots = below[0] == "tests", "." * len(below)
    if is_test and name in _names_of(modules / module / "tests/factory.py"):
        return f"from .factory import {name}"
    for part in PARTS:
        # Repositories hand out the models, except to themselves.
        public = part == "repositories" and below != ["repositories.py"]
        if name in _names_of(modules / module / f"{part}.py", public=public):
            return f"from {dots}{part} import {name}"
    for other in sorted(modules.iterdir()):
        if name in _names_of(other / "__init__.py", public=True):
            return f"from app.modules.{other.name} import {name}"
        if is_test and name in _names_of(other / "tests/factory.py"):
            return f"from app.modules.{other.name}.tests.factory import {name}"
    return None


def _names_of(file: Path, *, public: bool = False) -> set[str]:
    """Return the names that a file defines, and those in its `__all__`."""
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    names = {name for node in tree.body if (name := name_of(node))}
    for node in tree.body:
        if public and isinstance(node, ast.Assign) and name_of(node) == "__all__":
            names |= set(ast.literal_eval(node.value))
    return names


def _common() -> dict[str, str]:
    """Return the lines of IMPORTS by the names that they import."""
    lines = {}
    for node in ast.parse(IMPORTS).body:
        assert isinstance(node, (ast.Import, ast.ImportFrom))
        source = f"from {node.module} import " if isinstance(node, ast.ImportFrom) else "import "
        for each in node.names:
            lines[each.asname or each.name] = source + ast.unparse(each)
    return lines
