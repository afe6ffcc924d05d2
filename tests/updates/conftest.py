"""A template with all releases, the working tree, and two made-up releases after it."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.answers import answers_of
from tools.history import template_with_releases

from .client import work_in
from .next_release import add_next_releases
from .one_update import begin

Project = Callable[[str, str, bool], Path]


@pytest.fixture(scope="session")
def all_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = template_with_releases(tmp_path_factory.mktemp("releases") / "template")
    add_next_releases(template)
    return template


@pytest.fixture(scope="session")
def project_at(all_releases: Path, workshop: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return project_at(release, answers, edited), which makes a new, committed project on each call."""

    @cache
    def made(release: str, answers: str) -> Path:
        return begin(all_releases, release, tmp_path_factory.mktemp("made") / "project", answers_of(release, answers))

    def copied(release: str, answers: str, edited: bool) -> Path:
        project = Path(mkdtemp(prefix="update-", dir=workshop)) / "project"
        shutil.copytree(made(release, answers), project)
        if edited:
            work_in(project)
        return project

    return copied
