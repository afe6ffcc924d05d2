"""Choose the modules of a test run: one module with those that it uses, or all."""

from collections.abc import Iterable

import pytest

from app.core.module import Module, find_modules
from tests.architecture.import_rules import used_modules
from tests.architecture.source import MODULES

PEOPLE = {"tenants", "users"}
"""All tests log in, which needs these."""


def modules_for(tests: Iterable[pytest.Item]) -> tuple[Module, ...]:
    """Return the needed modules, or all if any test belongs to no module."""
    folders = {_folder_of(test) for test in tests}
    wanted = _with_neighbours({*PEOPLE, *folders})
    return tuple(each for each in find_modules() if "" in folders or each.name in wanted)


def _folder_of(test: pytest.Item) -> str:
    return test.path.relative_to(MODULES).parts[0] if test.path.is_relative_to(MODULES) else ""


def _with_neighbours(modules: set[str]) -> set[str]:
    """Add the modules that these use, recursively."""
    more = modules.union(*(used_modules(module) for module in modules))
    return more if more == modules else _with_neighbours(more)
