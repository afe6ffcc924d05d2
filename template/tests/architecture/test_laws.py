"""No import rules allow a module, or a layer, more than docs/boundaries.md says."""

import tomllib
from typing import Any

import pytest

from .laws import NAMES, too_much
from .source import ROOT, refuse

WHOLE = tomllib.loads((ROOT.parents[1] / "tach.toml").read_text(encoding="utf-8"))
PATHS = [room["path"] for room in WHOLE["modules"]]
FLOORS = {
    "app.kit": set[str](),
    "app.config": set[str](),
    "app.database.base": set[str](),
    "app.database.mixins": {"app.kit"},
    "app.database": {"app.kit", "app.database.base", "app.database.mixins"},
    "app.modules": set[str](),
    "app": set[str](),
}
FLOORS["app.core"] = FLOORS["app.database"] | {"app.config", "app.database"}
ROOFS = {"app.bootstrap", "app.main", "app.worker", "app.seeds", "app.cli", "app.__main__"}


class TestLaw:
    @pytest.mark.parametrize("module", NAMES)
    def test_gives_no_more_than_the_house(self, module: str) -> None:
        refuse(too_much(module))


class TestTachToml:
    def test_forbids_what_it_does_not_know(self) -> None:
        assert WHOLE["root_module"] == "forbid"
        assert WHOLE["source_roots"] == ["src"]
        assert WHOLE["exclude"] == ["**/__pycache__", "**/tests"]
        assert WHOLE["ignore_type_checking_imports"] is False
        assert WHOLE["forbid_circular_dependencies"] is True
        assert WHOLE["rules"] == {"require_ignore_directive_reasons": "error"}

    @pytest.mark.parametrize("room", WHOLE["modules"], ids=PATHS)
    def test_lets_no_floor_know_what_is_above_it(self, room: dict[str, Any]) -> None:
        assert set(room) <= {"path", "depends_on", "visibility"}
        known = set(room["depends_on"])

        assert known <= FLOORS.get(room["path"], known)
        assert not known & ROOFS or room["path"] in ROOFS

    def test_has_every_floor(self) -> None:
        assert set(FLOORS) | ROOFS <= set(PATHS)
