"""Check each rule of updates against every release, and against breaches that it must find."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.history import releases
from tools.snapshot import VERSION, git

from .breaches import BREACHES
from .guards import SUBJECTS, Source, breaches


@pytest.fixture(scope="session")
def source_of(all_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Source]:
    def checked_out(release: str) -> Source:
        folder = tmp_path_factory.mktemp("source") / "template"
        git(all_releases, "worktree", "add", "--quiet", "--detach", str(folder), release)
        return Source(folder)

    return checked_out


@pytest.fixture(scope="session")
def now(source_of: Callable[[str], Source]) -> Source:
    return source_of(VERSION)


@pytest.mark.parametrize("release", [*releases(), VERSION])
def test_no_rule_is_broken(release: str, source_of: Callable[[str], Source], now: Source) -> None:
    assert breaches(source_of(release), now) == []


@pytest.mark.parametrize(
    ("subject", "breach"),
    [pytest.param(subject, breach, id=breach) for subject, table in BREACHES.items() for breach in table],
)
def test_finds(subject: str, breach: str, now: Source, tmp_path: Path) -> None:
    folder = tmp_path / "template"
    shutil.copytree(now.folder, folder, ignore=shutil.ignore_patterns(".git"), copy_function=os.link)
    BREACHES[subject][breach](folder)

    assert [line for line in breaches(now, Source(folder), subject) if line.startswith(breach)]


def test_each_subject_has_as_many_breaches_as_rules() -> None:
    assert {name for name, rules in SUBJECTS.items() if len(BREACHES[name]) < len(rules)} == set()


def test_a_question_and_a_choice_may_be_renamed_with_a_line_in_the_table(
    source_of: Callable[[str], Source], now: Source
) -> None:
    """The made-up next release renames, moves, drops and asks, all according to the rules."""
    assert breaches(now, source_of("v9999.2.0")) == []
