"""Update projects that used what real releases renamed, moved and dropped."""

from pathlib import Path

import pytest

from tools.history import releases
from tools.snapshot import VERSION

from .one_update import answers_of, begin, commit, update

pytestmark = pytest.mark.slow

STREAMING = "src/app/core/streaming.py"


@pytest.fixture
def old_project(all_releases: Path, tmp_path: Path) -> Path:
    """A project of the release that asked for `python`, and offered 3.11."""
    return begin(all_releases, "v0.2.0", tmp_path / "project", {"python": "3.11"})


def test_are_found_in_the_history() -> None:
    assert list(releases())[:4] == ["v0.1.0", "v0.2.0", "v0.3.0", "v1.0.0"]


def test_an_answer_survives_a_question_and_a_choice_that_are_called_otherwise(old_project: Path) -> None:
    assert update(old_project, "v0.3.0") == []
    assert answers_of(old_project)["python_version"] == "3.11"
    assert "FROM python:3.11-slim" in (old_project / "Dockerfile").read_text()
    commit(old_project)

    assert update(old_project, VERSION) == []
    assert answers_of(old_project)["python_version"] == "3.12"
    assert "python" not in answers_of(old_project)
    assert "FROM python:3.12-slim" in (old_project / "Dockerfile").read_text()


def test_edits_move_with_their_file(old_project: Path) -> None:
    old, new = "src/app/core/body_limit.py", "src/app/core/http/middleware/body_limit.py"
    (old_project / old).write_text((old_project / old).read_text() + "\n# Ours.\n")
    commit(old_project)

    assert update(old_project, VERSION) == []

    assert not (old_project / old).exists()
    assert (old_project / new).read_text().endswith("\n# Ours.\n")


def test_edits_of_a_file_that_has_gone_are_a_conflict(old_project: Path) -> None:
    edited = (old_project / STREAMING).read_text() + "\n# Ours.\n"
    (old_project / STREAMING).write_text(edited)
    commit(old_project)

    assert update(old_project, VERSION) == [STREAMING]

    assert (old_project / STREAMING).read_text() == edited


def test_a_file_that_has_gone_goes_from_a_project_that_left_it_alone(old_project: Path) -> None:
    assert update(old_project, VERSION) == []

    assert not (old_project / STREAMING).exists()
