"""No import rules allow a module, or a layer, more than docs/boundaries.md says."""

import tomllib
from typing import Any

import pytest

from .import_rules import NAMES, violations
from .source import ROOT, refuse

WHOLE = tomllib.loads((ROOT.parents[1] / "tach.toml").read_text(encoding="utf-8"))
PATHS = [package["path"] for package in WHOLE["modules"]]
LAYERS = {
    "app.kit": set[str](),
    "app.config": set[str](),
    "app.database.base": set[str](),
    "app.database.mixins": {"app.kit"},
    "app.database": {"app.kit", "app.database.base", "app.database.mixins"},
    "app.modules": set[str](),
    "app": set[str](),
}
LAYERS["app.core"] = LAYERS["app.database"] | {"app.config", "app.database"}
ENTRY_POINTS = {"app.bootstrap", "app.main", "app.worker", "app.seeds", "app.cli", "app.__main__"}


class TestImportRules:
    @pytest.mark.parametrize("module", NAMES)
    def test_allow_no_more_than_the_standard(self, module: str) -> None:
        refuse(violations(module))


class TestTachToml:
    def test_forbids_what_it_does_not_know(self) -> None:
        assert WHOLE["root_module"] == "forbid"
        assert WHOLE["source_roots"] == ["src"]
        assert WHOLE["exclude"] == ["**/__pycache__", "**/tests"]
        assert WHOLE["ignore_type_checking_imports"] is False
        assert WHOLE["forbid_circular_dependencies"] is True
        assert WHOLE["rules"] == {"require_ignore_directive_reasons": "error"}

    @pytest.mark.parametrize("package", WHOLE["modules"], ids=PATHS)
    def test_lets_no_layer_import_a_higher_one(self, package: dict[str, Any]) -> None:
        assert set(package) <= {"path", "depends_on", "visibility"}
        known = set(package["depends_on"])

        assert known <= LAYERS.get(package["path"], known)
        assert not known & ENTRY_POINTS or package["path"] in ENTRY_POINTS

    def test_has_every_layer(self) -> None:
        assert set(LAYERS) | ENTRY_POINTS <= set(PATHS)
