"""The words that every test may use, wherever it lives: beside a module or under tests/."""

import gc
import re
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support.everyday import is_left_out, skipped_files

GROUPS = {
    "tests/isolation/": "isolation",
    "tests/attacks/": "attacks",
    "tests/standard/core/jobs/": "queue",
    "tests/standard/core/events/": "queue",
    "tests/standard/performance/": "notes",
    "tests/standard/transactions/": "notes",
}
"""Folders that share expensive databases: one process runs all tests of a group."""

ATTACKS = ("tests/attacks/", "tests/isolation/")

OWN = re.compile(r"(?<=[\[-])own(?=[\]-])")
"""The parameter of a test that attacks what only this project has (tests/isolation/routes.py)."""

WORDS = (
    "tests.support.checkouts",
    "tests.support.fixtures",
    "tests.support.scenario",
    "tests.support.standard_texts",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--everyday",
        action="store_true",
        help="leave out tests of what only the standard changes: tests/support/everyday.py",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if config.getoption("everyday") and is_left_out(collection_path) else None


def pytest_report_header(config: pytest.Config) -> str | None:
    if not config.getoption("everyday") or not (files := skipped_files()):
        return None
    return f"left out: {len(files)} files of tests of the unchanged standard; make check runs them"


def pytest_configure(config: pytest.Config) -> None:
    """Skip the process that hands the tests to its workers: importing the app takes a second."""
    hands_out = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    for name in () if hands_out else WORDS:
        config.pluginmanager.import_plugin(name)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark attacks: they are run without coverage's tracer, which doubles their time."""
    if item.nodeid.startswith(ATTACKS):
        item.add_marker("attack")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out a test of the project's own routes or tables if that of every one runs too."""
    chosen = {item.nodeid for item in items}
    own = [item for item in items if OWN.search(item.nodeid) and _every(item) in chosen]
    if own:
        config.hook.pytest_deselected(items=own)
        items[:] = [item for item in items if item not in own]


def _every(item: pytest.Item) -> str:
    return OWN.sub("every", item.nodeid)


class Scheduling(LoadScopeScheduling):
    """Gives the tests of a file or a group to one process, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((GROUPS[each] for each in GROUPS if file.startswith(each)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return Scheduling(config, log) if config.getoption("dist") == "load" else None


def pytest_unconfigure() -> None:
    """Collect garbage once; pytest would do it ten times, which takes seconds."""
    gc.collect()
    gc.freeze()
