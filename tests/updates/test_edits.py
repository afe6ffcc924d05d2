"""Random edits never lose or displace a line, unless git reports the file as unmerged."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.answers import ANSWER_SETS
from tools.history import releases
from tools.snapshot import VERSION, commit_all
from updates.after import mark_unmerged, write
from updates.files import File, read_folder
from updates.git import read_blobs, read_index
from updates.merge import Merge
from updates.moves import Moves

from .conftest import Project
from .edits import ADDED_TO, EDITS, FILES, Edit, make
from .next_release import DROPPED, HEALTH, NEXT, SIGNS
from .one_update import begin, commit, conflicts, update

STANDARD = "# The standard was here."
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
MANY = settings(FEW, max_examples=150)
THROUGH_COPIER = settings(FEW, max_examples=2, phases=[Phase.generate])


@pytest.fixture(scope="module")
def old(project_at: Project) -> Path:
    return project_at(VERSION, "default", False)


@pytest.fixture(scope="module")
def new(all_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(all_releases, NEXT, tmp_path_factory.mktemp("new") / "project", ANSWER_SETS["default"])


@given(edits=EDITS)
@FEW
def test_no_line_is_lost_or_displaced(
    edits: list[Edit], old: Path, new: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    merge_and_look(edits, old, new, tmp_path_factory.mktemp("edited"))


@pytest.mark.slow
@given(edits=EDITS)
@MANY
def test_no_line_is_lost_or_displaced_in_many_ways(
    edits: list[Edit], old: Path, new: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    merge_and_look(edits, old, new, tmp_path_factory.mktemp("edited"))


@pytest.mark.slow
@given(edits=EDITS)
@THROUGH_COPIER
def test_no_line_is_lost_or_displaced_through_copier(edits: list[Edit], project_at: Project, new: Path) -> None:
    project = project_at(VERSION, "default", False)
    make(edits, project)
    commit(project)
    mine = contents(project)

    update(project, NEXT)

    look(project, mine, new)


@pytest.mark.slow
@given(edits=EDITS, release=st.sampled_from(list(releases())))
@THROUGH_COPIER
def test_no_line_is_lost_since_any_release(edits: list[Edit], release: str, project_at: Project, old: Path) -> None:
    """`old` is the working tree's release without edits; where the standard changed nothing, a client's text stays."""
    before, project = project_at(release, "default", False), project_at(release, "default", False)
    make(edits, project)
    commit(project)
    mine = contents(project)

    found = update(project, VERSION)

    for name, text in mine.items():
        now = (project / name).read_text()
        if name.startswith("renamed-") or (before / name).read_text() == (old / name).read_text():
            assert now == text, f"{name} is not what it was"
        elif name in found:
            assert not {line for line in ours(text) if line not in now}, f"{name} lost a line in its conflict"
        else:
            assert ours(now) == ours(text), f"{name} lost a line, or it stands elsewhere"


def ours(text: str) -> list[str]:
    return [line for line in text.splitlines() if "Ours" in line]


def merge_and_look(edits: list[Edit], old: Path, new: Path, folder: Path) -> None:
    """Run only the last step of an update, in the worst state that Copier may leave: the new release without edits."""
    project = folder / "project"
    copy(FILES, old, project)
    commit_all(project)
    make(edits, project)
    commit(project)
    mine = contents(project)
    kept = [name for name in FILES if (project / name).exists()]
    for name in kept:
        (project / name).unlink()
    copy([SIGNS if name == HEALTH else name for name in kept if name != DROPPED], new, project)

    with inside(project):
        before, after = (only(FILES, folder) for folder in (old, new))
        index = read_index()
        outcome = Merge(before, read_blobs(index), after, Moves({HEALTH: SIGNS}, set(before), set(after))).run()
        write(outcome, index, {})
        mark_unmerged(outcome.unmerged, index)

    look(project, mine, new)
    shutil.rmtree(folder)


def look(project: Path, mine: dict[str, str], new: Path) -> None:
    found = conflicts(project)
    for name, text in mine.items():
        place = SIGNS if name == HEALTH else name
        if name == DROPPED and not (project / DROPPED).exists():
            assert "Ours" not in text, f"{name} is gone with what was written in it"
        elif place in found:
            lost = [line for line in text.splitlines() if "Ours" in line and line not in (project / place).read_text()]
            assert not lost, f"{name} lost {lost} in its conflict"
        else:
            assert without_the_standards(project / place) == text, f"{name} is not what it was"
    for name in ADDED_TO:
        if name in mine:
            assert STANDARD in (project / name).read_text(), f"{name} lacks what the standard brought"


def without_the_standards(file: Path) -> str:
    """Return the text without the lines that the made-up release adds."""
    return "".join(line for line in file.read_text().splitlines(keepends=True) if line.strip() != STANDARD)


def contents(project: Path) -> dict[str, str]:
    names = [*FILES, *(file.name for file in project.glob("renamed-*"))]
    return {name: (project / name).read_text() for name in names if (project / name).exists()}


def only(names: tuple[str, ...], folder: Path) -> dict[str, File]:
    files = read_folder(folder).items()
    return {name: file for name, file in files if name in {*names, SIGNS}}


def copy(names: list[str] | tuple[str, ...], source: Path, target: Path) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target / name)


@contextmanager
def inside(project: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(project)
    try:
        yield
    finally:
        os.chdir(before)
