"""Update from every release to the working tree, and from there to releases with every kind of change."""

import os
import re
from pathlib import Path

import pytest

from tests.answers import ANSWER_SETS
from tools.history import releases
from tools.snapshot import VERSION

from .client import DELETED, missing
from .conftest import Project
from .next_release import AFTER_NEXT, DROPPED, HEALTH, NEXT, SIGNS
from .one_update import answers_of, conflicts, tree, update
from .table import note

STEPS = [*((release, VERSION) for release in releases()), (VERSION, NEXT)]
ANSWERS = ("minimal", "default", "everything", "fields")
WRITES_TABLE, SPARED = "WRITE_MATRIX" in os.environ, "make matrix runs it"
QUICK = (VERSION, NEXT, "default", True)
STARTS = [*list(releases())[:1], VERSION]  # updates from the oldest release pass through all others
MOVED = {NEXT: {HEALTH: SIGNS}, AFTER_NEXT: {HEALTH: "src/app/core/vital_signs.py"}}


def cells() -> list[object]:
    every = [(*step, answers, edited) for step in STEPS for answers in ANSWERS for edited in (False, True)]
    return [pytest.param(*cell, marks=marks_of(cell), id=id_of(cell)) for cell in every]


def marks_of(cell: tuple[str, str, str, bool]) -> list[pytest.MarkDecorator]:
    """Spare clean updates but those of one set of answers: edited ones do the same. `make matrix` runs all.

    From releases before this commit, edited projects with default answers and with fields are updated.
    """
    before, _, answers, edited = cell
    group = pytest.mark.xdist_group(f"{cell[0]} {answers}")
    is_new, is_telling = before == VERSION, answers in ("default", "fields")
    concerned = (edited or answers == "default") if is_new else edited and is_telling
    spared = pytest.mark.skipif(not (concerned or WRITES_TABLE), reason=SPARED)
    return [group] if cell == QUICK else [group, pytest.mark.slow, spared]


def id_of(cell: tuple[str, str, str, bool]) -> str:
    before, after, answers, edited = cell
    return f"{before}-{after}-{answers}-{'edited' if edited else 'clean'}"


@pytest.mark.parametrize(("before", "after", "answers", "edited"), cells())
def test_update(before: str, after: str, answers: str, edited: bool, project_at: Project) -> None:
    project = project_at(before, answers, edited)

    found = update(project, after)

    assert found == []
    assert answers_of(project)["_commit"] == after
    assert heads(project) == 1
    if edited:
        assert missing(project, MOVED.get(after, {})) == []
    if after in MOVED:
        assert_arrived(project, answers, after, edited=edited)
    note(before, after, answers, edited)


def assert_arrived(project: Path, answers: str, after: str, *, edited: bool) -> None:
    """Check that the standard's changes arrived, also in files that the client has edited."""
    for name in ("src/app/core/permissions.py", "Makefile", "Dockerfile", "AGENTS.md", "mypy.ini"):
        assert "# The standard was here." in (project / name).read_text(), name
    pyproject = (project / "pyproject.toml").read_text()
    assert '"typer>=0.29.0,<1"' in pyproject
    assert '    "tzdata>=2024.1",' in pyproject
    assert (project / "migrations/standard/s9999_note.py").exists()
    assert not (project / HEALTH).exists()
    assert not (project / DROPPED).exists()
    assert (project / "docs/operations-more.md").exists()
    assert (project / DELETED).exists() is not edited
    stored = answers_of(project)
    assert stored["region"] == "europe"
    assert stored["summary"] == ANSWER_SETS[answers].get("description", "A multi-tenant service.")
    assert stored["license"] == {"BSD-3-Clause": "MIT"}.get(
        ANSWER_SETS[answers].get("license", "Proprietary"), ANSWER_SETS[answers].get("license", "Proprietary")
    )


def heads(project: Path) -> int:
    texts = [file.read_text() for file in (project / "migrations/versions").glob("*.py")]
    downs = {found for text in texts for found in re.findall(r'^down_revision = "(.*)"', text, re.M)}
    return sum(re.findall(r'^revision = "(.*)"', text, re.M)[0] not in downs for text in texts)


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [
        STARTS[0],  # passes through all releases
        *(pytest.param(each, marks=pytest.mark.skipif(not WRITES_TABLE, reason=SPARED)) for each in STARTS[1:]),
    ],
)
def test_through_each_release_is_the_direct_way(start: str, project_at: Project) -> None:
    stepwise, direct = project_at(start, "default", True), project_at(start, "default", True)
    every = [*releases(), VERSION, NEXT, AFTER_NEXT]

    for release in every[every.index(start) + 1 :]:
        assert update(stepwise, release) == []
        tree(stepwise)
    update(direct, AFTER_NEXT)

    assert conflicts(direct) == []
    assert tree(stepwise) == tree(direct)
