"""Check that no tach.domain.toml allows more than the table in app/kit/import_rules.py."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from app.kit.import_rules import MAY, OTHER_MODULES, layer, may_import, packages

from .source import MODULES

NAMES = sorted(each.name for each in MODULES.iterdir() if (each / "__init__.py").exists())


def rules_of(module: str) -> dict[str, Any]:
    """Return a module's import rules, or an empty dictionary if it has none."""
    file = MODULES / module / "tach.domain.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def used_modules(module: str) -> set[str]:
    """Return the modules that this module may use."""
    packages = [rules_of(module).get("root", {}), *rules_of(module).get("modules", ())]
    places = [str(place) for package in packages for place in package.get("depends_on", ())]
    return {p.removeprefix("//app.modules.") for p in places if p.startswith("//app.modules.")}


def violations(module: str) -> Iterator[str]:
    rules = rules_of(module)
    where = f"{module}/tach.domain.toml"
    if set(rules) != {"root", "modules"} or set(rules["root"]) != {"depends_on"}:
        yield f"{where} must have [root] with depends_on, [[modules]], and nothing else"
        return
    for part in ({"path": "root", "visibility": [], **rules["root"]}, *rules["modules"]):
        yield from (f"{where}, {part.get('path')}: {sentence}" for sentence in _of(part, module))


def _of(part: Mapping[str, Any], module: str) -> Iterator[str]:
    if set(part) != {"path", "depends_on", "visibility"}:
        yield "needs path, depends_on and visibility, and nothing else"
        return
    name = str(part["path"]).partition(".")[0]
    for place in map(str, part["depends_on"]):
        if not (_is_package if place.startswith("//") else _is_sibling)(place, name):
            yield f"may not know {place}"
    for place in map(str, part["visibility"]):
        if place not in (f"//app.modules.{module}", f"//app.modules.{module}.**"):
            yield f"may not be seen by {place}: others use its public API, __init__.py"


def _is_package(place: str, part: str) -> bool:
    name, known = place.removeprefix("//"), packages(part)
    if OTHER_MODULES in known and name.startswith(f"{OTHER_MODULES}."):
        return name.removeprefix(f"{OTHER_MODULES}.") in NAMES
    return any(f"{name}.".startswith(f"{package}.") for package in known - {OTHER_MODULES})


def _is_sibling(place: str, part: str) -> bool:
    """True if the part is a sibling, or has a name of the module's own, such as `storage`."""
    return may_import(part, place) or layer(place.partition(".")[0]) not in MAY
