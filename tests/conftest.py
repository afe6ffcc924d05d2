"""Each answer set is rendered once in a session, from the working tree as it is."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import copier
import pytest

from tests.answers import ANSWER_SETS
from tests.clone import Clone
from tools.snapshot import VERSION, commit_all, git, snapshot

Render = Callable[..., Path]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def render(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """render(custom_modules=…): a new project, committed."""

    def rendered(**answers: Any) -> Path:
        project = tmp_path_factory.mktemp("project")
        copier.run_copy(str(template), project, data=answers, vcs_ref=VERSION, defaults=True, unsafe=True, quiet=True)
        commit_all(project)
        return project

    return rendered


@pytest.fixture(scope="session")
def project_of(render: Render) -> Callable[[str], Path]:
    """The project of an answer set. Not to be changed: clone it first."""
    return cache(lambda name: render(**ANSWER_SETS[name]))


@pytest.fixture(scope="session")
def workshop() -> Iterator[Path]:
    """For projects whose PostgreSQL starts. Any pytest that starts closes its own folder to PostgreSQL's user."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def make_clone(workshop: Path) -> Callable[[Path], Clone]:
    """make_clone(project): another one each time, to do with as one likes."""

    def cloned(project: Path) -> Clone:
        folder = Path(mkdtemp(dir=workshop)) / "project"
        git(workshop, "clone", "--quiet", str(project), str(folder))
        return Clone(folder)

    return cloned


@pytest.fixture(scope="session")
def clone_of(project_of: Callable[[str], Path], make_clone: Callable[[Path], Clone]) -> Callable[[str], Clone]:
    """clone_of(answers)"""
    return lambda name: make_clone(project_of(name))


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ANSWER_SETS])
def project(request: pytest.FixtureRequest, project_of: Callable[[str], Path]) -> Path:
    return project_of(request.param)
