"""Fixtures that render each answer set once per session, from the working tree."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import copier
import pytest

from extensions.modules.file_mode import ask_git_once
from tests.answers import ANSWER_SETS
from tests.clone import Clone
from tools.snapshot import VERSION, commit_all, git, snapshot

Render = Callable[..., Path]


def pytest_configure(config: pytest.Config) -> None:
    """Give the pytest runs that this process starts temporary folders of their own.

    Each run makes the folder that it shares with others private, and PostgreSQL's user, which another run let in,
    can no longer enter it.
    """
    folder = TemporaryDirectory(prefix="pytest-")
    config.add_cleanup(folder.cleanup)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = folder.name
    ask_git_once()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def render(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Return render(custom_modules=…), which makes a new, committed project."""

    def rendered(**answers: Any) -> Path:
        project = tmp_path_factory.mktemp("project")
        copier.run_copy(str(template), project, data=answers, vcs_ref=VERSION, defaults=True, unsafe=True, quiet=True)
        commit_all(project)
        return project

    return rendered


@pytest.fixture(scope="session")
def project_of(render: Render) -> Callable[[str], Path]:
    """Return a function for the project of an answer set; clone it before changing anything."""
    return cache(lambda name: render(**ANSWER_SETS[name]))


@pytest.fixture(scope="session")
def workshop() -> Iterator[Path]:
    """A folder for projects that start PostgreSQL, whose user must not enter pytest's own folders."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def make_clone(workshop: Path) -> Callable[[Path], Clone]:
    """Return make_clone(project), which makes another clone on each call."""

    def cloned(project: Path) -> Clone:
        folder = Path(mkdtemp(dir=workshop)) / "project"
        git(workshop, "clone", "--quiet", str(project), str(folder))
        return Clone(folder)

    return cloned


@pytest.fixture(scope="session")
def clone_of(project_of: Callable[[str], Path], make_clone: Callable[[Path], Clone]) -> Callable[[str], Clone]:
    """Return clone_of(answers)."""
    return lambda name: make_clone(project_of(name))


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ANSWER_SETS])
def project(request: pytest.FixtureRequest, project_of: Callable[[str], Path]) -> Path:
    return project_of(request.param)
