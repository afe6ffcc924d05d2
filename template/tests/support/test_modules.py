"""The tests of one module start that module, not the whole application."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.module import find_modules
from tests.architecture.source import MODULES

from .modules import PEOPLE, modules_for


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
