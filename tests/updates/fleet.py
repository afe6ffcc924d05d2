"""`make fleet`: update thirty projects of all releases and answers, about half of them edited, with tools.fleet.

Writes the table in docs/fleet.md; takes half an hour. Three projects run all their checks after the update, the
others only the quick ones, because test_used_project.py runs their tests.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.answers import ANSWER_SETS, answers_of
from tools.fleet import Outcome, exit_code, table, update_all
from tools.history import releases, template_with_releases
from tools.snapshot import ROOT, VERSION, git

from .client import DELETED, RENAMED, TO, UNUSED, work_in
from .next_release import HEALTH
from .one_update import begin, commit

FLEET = ROOT / "build" / "fleet"
PAGE = ROOT / "docs" / "fleet.md"
BEGIN, END = "<!-- fleet: begin -->", "<!-- fleet: end -->"
SIZE = 30
CHECKED_WHOLE = (0, 11, 22)

# What a client's `make check` needs besides the edits.
REASONS = f"""[edited]
"src/app/core/permissions.py" = "a note of ours"
"{HEALTH}" = "the load balancer's question, until the standard has it"
"docs/a-request.md" = "a sentence of ours"
"{DELETED}" = "nobody read it"
"{RENAMED}" = "ours is {TO}"
"""
QUICK = """
cover:
\t$(RUN) pytest --quiet tests/standard/migrations tests/standard/test_route_guards.py
types:
"""


def main() -> int:
    shutil.rmtree(FLEET, ignore_errors=True)
    FLEET.mkdir(parents=True)
    outcomes = update_all(_projects())
    _write(outcomes)
    return exit_code(outcomes)


def _projects() -> Iterator[Path]:
    """Yield each project right after making it; remove its environment afterwards."""
    template = template_with_releases(FLEET / "template")
    for number in range(SIZE):
        project = _make(template, number)
        yield project
        shutil.rmtree(project / ".venv", ignore_errors=True)


def _make(template: Path, number: int) -> Path:
    """Make a project; each release gets all answers in turn, and every other time edits."""
    turn, place = divmod(number, len(releases()))
    release = list(releases())[place]
    answers = list(ANSWER_SETS)[(turn + place) % len(ANSWER_SETS)]
    edited = turn % 2 == 1
    name = f"{number + 1:02}-{answers}{'-edited' if edited else ''}"
    project = begin(template, release, FLEET / name, answers_of(release, answers))
    if edited:
        work_in(project)
        _tidy(project)
    if number not in CHECKED_WHOLE:
        with (project / "local.mk").open("a") as file:
            file.write(QUICK)
    git(project, "config", "user.name", "Ada")
    git(project, "config", "user.email", "ada@example.com")
    commit(project)
    return project


def _tidy(project: Path) -> None:
    (project / "standard/edited.toml").write_text(REASONS)
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace(f"{UNUSED}\n", ""))
    for command in (["check", "--fix"], ["format"]):
        subprocess.run(["ruff", *command, "--quiet"], cwd=project, check=True)


def _write(outcomes: list[Outcome]) -> None:
    head, _, rest = PAGE.read_text().partition(BEGIN)
    rows = "\n".join(table(outcomes)).replace(VERSION, "this commit")
    PAGE.write_text(f"{head}{BEGIN}\n{rows}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    sys.exit(main())
