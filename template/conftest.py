"""The words that every test may use, wherever it lives: beside a module or under tests/."""

import gc

import pytest

WORDS = ("tests.support.checkouts", "tests.support.fixtures", "tests.support.scenario")


def pytest_configure(config: pytest.Config) -> None:
    """Not in the process that hands the tests to its workers: importing the app takes a second."""
    hands_out = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    for name in () if hands_out else WORDS:
        config.pluginmanager.import_plugin(name)


def pytest_unconfigure() -> None:
    """What is left is searched for garbage once; pytest would do it ten times, for seconds."""
    gc.collect()
    gc.freeze()
