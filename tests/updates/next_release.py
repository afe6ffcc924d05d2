"""Two made-up releases with every kind of change that a release may make, on top of the working tree.

They prove each rule of updates before a real release needs it.
"""

import re
from collections.abc import Callable
from pathlib import Path

from tools.snapshot import git

NEXT, AFTER_NEXT = "v9999.1.0", "v9999.2.0"
HEALTH, SIGNS = "src/app/core/http/health.py", "src/app/core/signs.py"
DROPPED = "docs/errors.md"
STEP = '''"""The standard: a note on users."""

from alembic import op


def upgrade() -> None:
    op.execute("SELECT 'a note'")


def downgrade() -> None:
    op.execute("SELECT 'no note'")
'''


def add_next_releases(template: Path) -> None:
    _release(template, NEXT, _change_everything)
    _release(template, AFTER_NEXT, _change_once_more)


def _release(template: Path, tag: str, change: Callable[[Path], None]) -> None:
    change(template)
    git(template, "add", "--all")
    git(template, "commit", "--quiet", "--message", tag)
    git(template, "tag", "--annotate", "--message", tag, tag)


def _change_everything(template: Path) -> None:
    project = template / "template"
    _change_core(project)
    _move(template, HEALTH, SIGNS)
    (project / DROPPED).unlink()
    _replace(template / "updates/table.toml", r"^\[dropped\]$", f'[dropped]\n"{DROPPED}" = "See docs/operations.md."')
    _split(project)
    (project / "migrations/standard/s9999_note.py").write_text(STEP)
    _ask_otherwise(template)
    _replace(project / "pyproject.toml.jinja", r'"typer>=[^"]*"', '"typer>=0.29.0,<1"')
    _replace(project / "pyproject.toml.jinja", r"(    # The standard's dependencies)", r'    "tzdata>=2024.1",\n\1')
    _replace(template / "CHANGELOG.md", r"\A(.*?\n\n.*?\n\n)", r"\1## 9999.1.0\n\nEverything changes.\n\n")


def _change_once_more(template: Path) -> None:
    project = template / "template"
    _change_core(project)
    _move(template, SIGNS, "src/app/core/vital_signs.py")
    _replace(template / "CHANGELOG.md", r"(?=## 9999\.1\.0)", "## 9999.2.0\n\nOnce more.\n\n")


def _change_core(project: Path) -> None:
    """Change the top and the middle of files that clients edit at the end."""
    permissions = project / "src/app/core/permissions.py"
    first, _, rest = permissions.read_text().partition("\n")
    permissions.write_text(f"{first}\n# The standard was here.\n{rest}")
    for name in ("Makefile", "Dockerfile", "AGENTS.md", "mypy.ini"):
        (file,) = project.glob(f"{name}*")
        file.write_text(f"# The standard was here.\n{file.read_text()}")


def _move(template: Path, old: str, new: str) -> None:
    """Move a file, with its imports, and add the line that carries clients' edits over."""
    project = template / "template"
    git(template, "mv", f"template/{old}", f"template/{new}")
    module, other = (path.removeprefix("src/").removesuffix(".py").replace("/", ".") for path in (old, new))
    for file in project.rglob("*.py"):
        text = file.read_text()
        if module in text:
            file.write_text(text.replace(module, other))
    _replace(template / "updates/table.toml", r"^\[moved\]$", f'[moved]\n"{old}" = "{new}"')


def _split(project: Path) -> None:
    """Move the last section of a document into a document of its own."""
    file = project / "docs/operations.md"
    head, title, tail = file.read_text().rpartition("\n## ")
    file.write_text(head)
    (project / "docs/operations-more.md").write_text(title.strip("\n") + tail)


def _ask_otherwise(template: Path) -> None:
    """Add a question, rename one, and remove a choice."""
    settings, table = template / "copier.yml", template / "updates/table.toml"
    _replace(settings, r"^license:$", "region:\n  type: str\n  help: Where it runs\n  default: europe\n\nlicense:")
    _replace(settings, r"^description:$", "summary:")
    _replace(settings, r"problem\('description'\)", "problem('summary')")
    _replace(settings, r"^    BSD, three clauses: BSD-3-Clause\n", "")
    for file in [*template.glob("template/**/*.jinja"), *template.glob("extensions/**/_copier.py")]:
        text = file.read_text()
        file.write_text(
            re.sub(r'(\{\{ |")description( \||":)', r"\1summary\2", text).replace("{{ description }}", "{{ summary }}")
        )
    _replace(table, r"^\[questions\]$", '[questions]\ndescription = "summary"')
    _replace(table, r"^\[choices\]$", '[choices]\nlicense = { "BSD-3-Clause" = "MIT" }')


def _replace(file: Path, pattern: str, new: str) -> None:
    text, found = re.subn(pattern, new, file.read_text(), count=1, flags=re.MULTILINE | re.DOTALL)
    assert found, f"{pattern} is not in {file}"
    file.write_text(text)
