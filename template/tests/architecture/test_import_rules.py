"""No import rules allow a module, or a layer, more than docs/boundaries.md says."""

import re
import tomllib
from typing import Any

import pytest

from app.kit.import_rules import LEAVES, MAY, OTHER_MODULES

from .import_rules import NAMES, violations
from .source import ROOT, refuse

PROJECT = ROOT.parents[1]
WHOLE = tomllib.loads((PROJECT / "tach.toml").read_text(encoding="utf-8"))
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
WORDS = {
    "leaves": LEAVES,
    "the public API of other modules": {OTHER_MODULES},
    "nothing of ours": set[str](),
}
"""What docs/boundaries.md says otherwise than the code."""
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


class TestDocs:
    def test_have_the_table(self) -> None:
        said = _table_of((PROJECT / "docs/boundaries.md").read_text(encoding="utf-8"))

        assert {"routes", "services", "repositories", "models", "schemas"} <= set(said)
        for part in said:
            siblings, packages = MAY[part]
            assert said[part] == siblings | packages, part

    def test_are_read(self) -> None:
        table = (
            "| routes | own services, own leaves (errors), core |\n| jobs | the same, and kit |\n"
        )

        assert _table_of(table) == {
            "routes": {"services", "app.core"} | LEAVES,
            "jobs": {"services", "app.core", "app.kit"} | LEAVES,
        }


def _table_of(text: str) -> dict[str, set[str]]:
    """Return what the table says of each part of a module."""
    said: dict[str, set[str]] = {}
    above: set[str] = set()
    for first, second in re.findall(r"^\| ([a-z, ]+) \| (.+) \|$", text, re.MULTILINE):
        parts = first.split(", ")
        if all(part in MAY for part in parts):
            above = {name for phrase in _phrases(second) for name in _names(phrase, above)}
            said |= dict.fromkeys(parts, above)
    return said


def _phrases(text: str) -> list[str]:
    return re.sub(r" \([^)]*\)", "", text).replace("`", "").replace("and ", "").split(", ")


def _names(phrase: str, above: set[str]) -> set[str]:
    name = phrase.removeprefix("own ")
    if phrase == "the same":
        return above
    if name in WORDS:
        return WORDS[name]
    return {name} if phrase.startswith("own ") else {f"app.{name}"}
