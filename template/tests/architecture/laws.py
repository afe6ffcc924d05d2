"""What docs/boundaries.md lets each part of a module know, and what a law says beyond it."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from .source import MODULES

FRONT_DOORS = "app.modules"
LEAVES = {"errors", "events", "permissions", "settings"}
DOOR = ({"services", "schemas"} | LEAVES, {"app.core", "app.kit"})

# Each part: which of its siblings with these names it may know, and which rooms outside.
MAY: dict[str, tuple[set[str], set[str]]] = {
    "routes": DOOR,
    "jobs": DOOR,
    "commands": DOOR,
    "seeds": (DOOR[0], DOOR[1] | {FRONT_DOORS}),
    "subscribers": (DOOR[0], DOOR[1] | {FRONT_DOORS}),
    "schemas": (set(), {"app.kit"}),
    "services": ({"repositories"} | LEAVES, {"app.core", "app.kit", FRONT_DOORS}),
    "repositories": ({"models"}, {"app.database", "app.kit"}),
    "models": (set(), {"app.database.base", "app.database.mixins"}),
    "migrations": (set(), {"app.database"}),
    "errors": (set(), {"app.core", "app.kit"}),
    "events": (set(), {"app.core", "app.kit"}),
    "permissions": (set(), set()),
    "settings": (set(), {"app.config"}),
}
DOORS = {"routes", "jobs", "commands", "seeds", "subscribers"}
MAY["module"] = ({"services"} | DOORS | LEAVES, {"app.core"})
MAY["root"] = ({"services", "repositories", "schemas", "commands"} | LEAVES, set())
ANYTHING_ELSE = ({"services"} | LEAVES, {"app.core", "app.kit", "app.config", FRONT_DOORS})

NAMES = sorted(each.name for each in MODULES.iterdir() if (each / "__init__.py").exists())


def law_of(module: str) -> dict[str, Any]:
    """Empty if it has none."""
    file = MODULES / module / "tach.domain.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def neighbours(module: str) -> set[str]:
    """The modules that its law lets it use."""
    rooms = [law_of(module).get("root", {}), *law_of(module).get("modules", ())]
    places = [str(place) for room in rooms for place in room.get("depends_on", ())]
    return {p.removeprefix("//app.modules.") for p in places if p.startswith("//app.modules.")}


def too_much(module: str) -> Iterator[str]:
    law = law_of(module)
    where = f"{module}/tach.domain.toml"
    if set(law) != {"root", "modules"} or set(law["root"]) != {"depends_on"}:
        yield f"{where} must have [root] with depends_on, [[modules]], and nothing else"
        return
    for part in ({"path": "root", "visibility": [], **law["root"]}, *law["modules"]):
        yield from (f"{where}, {part.get('path')}: {sentence}" for sentence in _of(part, module))


def _of(part: Mapping[str, Any], module: str) -> Iterator[str]:
    if set(part) != {"path", "depends_on", "visibility"}:
        yield "needs path, depends_on and visibility, and nothing else"
        return
    siblings, rooms = MAY.get(part["path"].partition(".")[0], ANYTHING_ELSE)
    for place in map(str, part["depends_on"]):
        if not (_is_room(place, rooms) if place.startswith("//") else _is_sibling(place, siblings)):
            yield f"may not know {place}"
    for place in map(str, part["visibility"]):
        if place not in (f"//app.modules.{module}", f"//app.modules.{module}.**"):
            yield f"may not be seen by {place}: others ring the front door, __init__.py"


def _is_room(place: str, rooms: set[str]) -> bool:
    name = place.removeprefix("//")
    if FRONT_DOORS in rooms and name.startswith(f"{FRONT_DOORS}."):
        return name.removeprefix(f"{FRONT_DOORS}.") in NAMES
    return any(f"{name}.".startswith(f"{room}.") for room in rooms - {FRONT_DOORS})


def _is_sibling(place: str, siblings: set[str]) -> bool:
    """A part with a name of the module's own, such as `storage`, is everybody's."""
    return place in siblings or place.partition(".")[0] not in MAY
