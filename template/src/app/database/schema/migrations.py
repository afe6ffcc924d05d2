"""Run migrations, and adopt new steps into the revision chain.

A step is a file with upgrade() and downgrade() and no revision: the standard's steps are in
migrations/standard, a module's in its own migrations folder. Adopting a step writes a revision into
migrations/versions, at the head, that imports it. So steps that the standard adds later run after
those this project has already run, on a fresh database as in production.

The steps of ready-made modules are in migrations/ready_made, and stay there when their module is
removed: its tables stay as well, and a fresh database creates them as production did.
"""

import ast
import re
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.database.schema.module_order import in_order
from app.database.schema.running import PATIENCE, Patience

PROJECT = Path(__file__).parents[4]
MODULES = PROJECT / "src" / "app" / "modules"
OWNER_URL = "owner_url"
NAMES, WIDTH = "downgrade, upgrade", 100
CREATED = re.compile(r"op\.create_table\(\s*\"(\w+)\"")


@dataclass(frozen=True, slots=True)
class Step:
    module: str
    title: str

    @property
    def revision(self) -> str:
        return sha256(self.module.encode()).hexdigest()[:12]

    @property
    def file(self) -> str:
        *_, owner, name = self.module.replace(".migrations.", ".").split(".")
        return f"{owner}_{name}.py"


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run migrations. Blocks in its own event loop: call it in a thread from a running loop."""
    command.upgrade(configuration(owner_url), revision)


def configuration(owner_url: str | None = None, patience: Patience | None = None) -> Config:
    """Return this project's Alembic configuration. Without a URL, env.py reads the settings."""
    attributes = {OWNER_URL: owner_url, PATIENCE: patience}
    config = Config(PROJECT / "alembic.ini", attributes=attributes)
    folder = str(PROJECT / "migrations").replace("%", "%%")  # read with interpolation
    config.set_main_option("script_location", folder)
    config.set_main_option("prepend_sys_path", "")  # Alembic would split it at colons
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))  # revisions import from `migrations`
    return config


async def is_at_head(engine: AsyncEngine) -> bool:
    """True if every migration of this release is applied."""
    async with engine.connect() as connection:
        return not await missing_migrations(connection)


async def missing_migrations(connection: AsyncConnection) -> list[str]:
    """Return the titles of migrations of this release that are not applied, in order.

    Return nothing if a newer release has migrated the database: this release is being replaced, or
    was rolled back to, and can still serve.
    """
    applied, chain = await _applied(connection), _chain()
    if not applied:
        return list(chain.values())
    if not applied <= chain.keys():
        return []
    last = max([*chain].index(revision) for revision in applied)
    return [*chain.values()][last + 1 :]


async def is_newer(connection: AsyncConnection) -> bool:
    """True if a newer release has migrated this database: it has steps that are unknown here."""
    return not await _applied(connection) <= _chain().keys()


async def _applied(connection: AsyncConnection) -> set[str]:
    if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return set()
    return {*await connection.scalars(text("SELECT version_num FROM alembic_version"))}


def adopt() -> list[str]:
    """Write a revision for each new step; return the steps' names. A second run writes nothing.

    The models must be loaded: a module that references another one's table comes after it.
    """
    new = find_new_steps()
    before = _scripts().get_current_head()
    for step in new:
        _place_of(step).write_text(_revision(step, before), encoding="utf-8")
        before = step.revision
    return [step.module for step in new]


def _place_of(step: Step) -> Path:
    """Return the file for a revision; its id is appended if another step has the same name."""
    place = PROJECT / "migrations" / "versions" / step.file
    return place.with_stem(f"{place.stem}_{step.revision}") if place.exists() else place


def find_new_steps() -> list[Step]:
    """Return the steps that no revision imports yet."""
    known = {script.revision for script in _scripts().walk_revisions()}
    return [step for step in find_steps() if step.revision not in known]


def find_steps() -> list[Step]:
    """Return all steps in order: the standard's, then ready-made modules', then other modules'."""
    folders = [PROJECT / "migrations" / "standard"]
    folders += [folder for folder in _ready_made() if _is_here(folder.name)]
    modules = [folder.parent.name for folder in MODULES.glob("*/migrations")]
    folders += [MODULES / module / "migrations" for module in in_order(modules)]
    return [_read(file) for folder in folders for file in _steps_in(folder)]


def left_behind() -> dict[str, list[str]]:
    """Return the tables of each ready-made module that was removed after its steps were adopted."""
    gone = [folder for folder in _ready_made() if not _is_here(folder.name)]
    adopted = {script.revision for script in _scripts().walk_revisions()}
    return {
        folder.name: [table for file in _steps_in(folder) for table in _tables_of(file)]
        for folder in gone
        if any(_read(file).revision in adopted for file in _steps_in(folder))
    }


def _ready_made() -> list[Path]:
    return sorted(PROJECT.glob("migrations/ready_made/[a-z]*"))


def _is_here(module: str) -> bool:
    """True if the module is the standard's: not an empty folder, nor a client's own module."""
    file = MODULES / module / "module.py"
    manifest = PROJECT / "standard" / "files.sha256"
    if not file.exists() or not manifest.exists():
        return file.exists()
    lines = manifest.read_text(encoding="utf-8").splitlines()
    return any(line.endswith(f"  {file.relative_to(PROJECT).as_posix()}") for line in lines)


def _steps_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("s[0-9]*.py"))


def _tables_of(step: Path) -> list[str]:
    return CREATED.findall(step.read_text(encoding="utf-8"))


@cache
def _chain() -> dict[str, str]:
    """Return the migrations' titles by revision, oldest first."""
    scripts = [*_scripts().walk_revisions()]
    return {script.revision: script.doc for script in reversed(scripts)}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def _read(file: Path) -> Step:
    root = PROJECT / "src" if file.is_relative_to(MODULES) else PROJECT
    documentation = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    module = ".".join(file.relative_to(root).with_suffix("").parts)
    return Step(module, documentation.partition("\n")[0])


def _revision(step: Step, before: str | None) -> str:
    text = (PROJECT / "migrations" / "revision.txt").read_text(encoding="utf-8")
    if len(f"from {step.module} import {NAMES}") > WIDTH:
        text = text.replace(NAMES, "(\n    downgrade,\n    upgrade,\n)")
    return text.format(
        title=step.title,
        step=step.module,
        revision=step.revision,
        down_revision=f'"{before}"' if before else None,
    )
