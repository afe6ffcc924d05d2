"""The tests of one module start that module, not the whole application."""

import re
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.module import Module, find_modules
from tests.architecture.source import MODULES

from .modules import PEOPLE, modules_for

CALLED = re.compile(r"/api/v1/([a-z][a-z0-9_-]*)")


def a_test_in(folder: Path) -> Any:
    return SimpleNamespace(path=folder / "tests" / "test_routes.py")


class TestModulesFor:
    def test_gives_a_module_alone(self) -> None:
        names = {module.name for module in modules_for([a_test_in(MODULES / "audit")])}

        assert names == {"audit"} | PEOPLE

    @pytest.mark.parametrize("folder", [MODULES.parents[2], MODULES.parent / "core"])
    def test_gives_all_to_other_tests(self, folder: Path) -> None:
        found = modules_for([a_test_in(MODULES / "audit"), a_test_in(folder)])

        assert found == find_modules()

    def test_gives_what_the_tests_of_a_module_call(self) -> None:
        """Tests of a module must pass when it is tested alone."""
        found = [
            f"{test.relative_to(MODULES)} calls /api/v1/{called}"
            for test in sorted(MODULES.glob("*/tests/*.py"))
            for called in sorted({*CALLED.findall(test.read_text(encoding="utf-8"))})
            if called not in first_segments(modules_for([a_test_in(test.parent.parent)]))
        ]

        assert found == []


def first_segments(modules: Iterable[Module]) -> set[str]:
    routers = [router for module in modules for router in module.routers]
    paths = [getattr(route, "path", "/") for router in routers for route in router.routes]
    return {path.split("/")[1] for path in paths}
