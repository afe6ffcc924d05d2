"""Edit a project like a client: their own files, shared ones, and some of the standard's."""

from dataclasses import dataclass
from pathlib import Path

from tools.snapshot import git
from updates.moves import read_table


@dataclass(frozen=True)
class Edit:
    """A line of the client, after the first line that contains `after`, or at the end of the file.

    `path` is the file's path in the oldest release; the file may have moved since.
    """

    path: str
    line: str
    after: str = ""


UNUSED = '    "idna>=3",'
EDITS = (
    # Shared files, at the fences.
    Edit("pyproject.toml", UNUSED, after="The standard's dependencies are above this line"),
    Edit("pyproject.toml", "[tool.ours]", after="Tables of your own below this line"),
    Edit("ruff.toml", '    "PT011",', after="# Yours below this line."),
    Edit("mypy.ini", "[mypy-ours.*]"),
    Edit(".env.example", "# OURS_KEY="),
    Edit(".gitignore", "/ours/"),
    Edit(".pre-commit-config.yaml", "  # ours"),
    Edit("Dockerfile", "RUN apt-get update", after="# System packages and variables of your own"),
    Edit("AGENTS.md", "- Ours: speak plainly."),
    Edit("CONTRIBUTING.md", "- Ours: two reviews."),
    # The client's own files.
    Edit("README.md", "Ours: ask Ada."),
    Edit("CHANGELOG.md", "- Ours: sails."),
    Edit("src/app/seeds.py", "# Ours: more tenants."),
    # The standard's files, where releases change nothing.
    Edit("src/app/core/permissions.py", "# Ours: a note at the end."),
    Edit("src/app/core/health.py", "# Ours: and the moon.", after="import asyncio"),
    Edit("docs/a-request.md", "Ours: and then it rained."),
)
IMPORT_RULES = """[root]
depends_on = []

[[modules]]
path = "module"
depends_on = ["//app.core"]
visibility = []
"""
OWN_FILES = {
    "local.mk": "ours:\n\t@echo ours\n",
    "compose.override.yaml": "services: {}\n",
    ".github/workflows/ours.yml": "name: ours\non: workflow_dispatch\njobs: {}\n",
    ".gitlab/local.yml": "ours:\n  script: [make ours]\n",
    "src/app/modules/loyalty/__init__.py": "",
    "src/app/modules/loyalty/module.py": 'from app.core.module import Module\n\nmodule = Module(name="loyalty")\n',
    "src/app/modules/loyalty/tach.domain.toml": IMPORT_RULES,
    "docs/ours.md": "# Ours\n",
}
DELETED = "docs/events.md"
RENAMED, TO = "docs/jobs.md", "docs/our-jobs.md"
OWN_STEP = "migrations/versions/ours_0001.py"


def work_in(project: Path) -> None:
    for edit in EDITS:
        _apply(edit, _place(project, edit.path, {}))
    for name, text in OWN_FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    (project / "ours.png").write_bytes(bytes(range(256)))
    for services in _custom_modules(project, "services.py"):
        services.write_text(services.read_text() + "\n# Ours: rewritten by hand.\n")
    for routes in _custom_modules(project, "seeds.py"):
        routes.write_text(f"# Ours: at the top.\n{routes.read_text()}")
    _own_migration(project)
    git(project, "rm", "--quiet", DELETED)
    git(project, "mv", RENAMED, TO)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Ours")


def missing(project: Path, moved: dict[str, str]) -> list[str]:
    """Return the client's edits that are missing, or in another place in their file."""
    found = [f"{edit.path}: {edit.line}" for edit in EDITS if not _holds(edit, _place(project, edit.path, moved))]
    found += [name for name, text in OWN_FILES.items() if (project / name).read_text() != text]
    found += [str(file) for file in _custom_modules(project, "services.py") if "# Ours" not in file.read_text()]
    found += [name for name in (DELETED, RENAMED) if (project / name).exists()]
    return found + [name for name in (TO, OWN_STEP, "ours.png") if not (project / name).exists()]


def _place(project: Path, path: str, moved: dict[str, str]) -> Path:
    """Return the file's path in the project's release."""
    table, chain = {**read_table("moved"), **moved}, [path]
    while chain[-1] in table:
        chain.append(table[chain[-1]])
    return next((project / place for place in reversed(chain) if (project / place).exists()), project / path)


def _apply(edit: Edit, file: Path) -> None:
    lines = file.read_text().splitlines()
    place = _line_of(edit.after, lines) + 1 if edit.after else len(lines)
    file.write_text("\n".join([*lines[:place], edit.line, *lines[place:]]) + "\n")


def _holds(edit: Edit, file: Path) -> bool:
    lines = file.read_text().splitlines()
    place = _line_of(edit.after, lines) + 1 if edit.after else len(lines) - 1
    return lines.count(edit.line) == 1 and lines[place] == edit.line


def _line_of(words: str, lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines) if words in line)


def _custom_modules(project: Path, name: str) -> list[Path]:
    standard = (project / "standard/files.sha256").read_text()
    found = sorted(project.glob(f"src/app/modules/*/{name}"))
    return [file for file in found if f"/modules/{file.parent.name}/" not in standard]


def _own_migration(project: Path) -> None:
    (project / OWN_STEP).write_text(
        f'"""Ours."""\n\nfrom alembic import op\n\nrevision = "ours0001"\n'
        f'down_revision = "{_head(project)}"\nbranch_labels = None\ndepends_on = None\n\n\n'
        "def upgrade() -> None:\n    op.execute(\"SELECT 'ours'\")\n\n\n"
        'def downgrade() -> None:\n    op.execute("SELECT 1")\n'
    )


def _head(project: Path) -> str:
    """Return the head of the chain: the revision that no other one refers to."""
    texts = [file.read_text() for file in (project / "migrations/versions").glob("*.py")]
    revisions = {text.split('revision = "', 1)[1].split('"')[0] for text in texts}
    return next(name for name in revisions if not any(f'down_revision = "{name}"' in text for text in texts))
