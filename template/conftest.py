"""The words that every test may use, wherever it lives: beside a module or under tests/."""

import gc
from pathlib import Path

import pytest

TESTS = Path(__file__).parent / "tests"
APART = {"isolation", "attacks"}
"""Folders of tests/ whose fixtures are expensive: one worker runs all of their tests."""
SHARED = {"queue": "queue", "app_with_notes": "notes"}
"""Expensive fixtures for many folders, with the group of the tests that use them."""

WORDS = ("tests.support.checkouts", "tests.support.fixtures", "tests.support.scenario")


def pytest_configure(config: pytest.Config) -> None:
    """Not in the process that hands the tests to its workers: importing the app takes a second."""
    hands_out = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    for name in () if hands_out else WORDS:
        config.pluginmanager.import_plugin(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests, so that few workers create the same databases: for --dist loadgroup."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group_of(item)))


def _group_of(item: pytest.Item) -> str:
    if (
        item.path.is_relative_to(TESTS)
        and (folder := item.path.relative_to(TESTS).parts[0]) in APART
    ):
        return folder
    used = [SHARED[name] for name in getattr(item, "fixturenames", ()) if name in SHARED]
    return used[0] if used else str(item.path)


def pytest_unconfigure() -> None:
    """What is left is searched for garbage once; pytest would do it ten times, for seconds."""
    gc.collect()
    gc.freeze()
