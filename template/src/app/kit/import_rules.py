"""Import rules: which part of a module may import what, and the Tach files made of them.

A part is a file or a folder of a module, such as `services`; `root` is its `__init__.py`.
"""

import re
from collections.abc import Collection, Iterable, Mapping

OTHER_MODULES = "app.modules"
LEAVES = {"errors", "events", "permissions", "settings"}
_ENTRY_POINT = ({"services", "schemas"} | LEAVES, {"app.core", "app.kit"})
_ENTRY_POINTS = {"routes", "jobs", "commands", "seeds", "subscribers"}

# Each part: the siblings it may import, and the packages outside of the module.
MAY: Mapping[str, tuple[set[str], set[str]]] = {
    "module": ({"services"} | _ENTRY_POINTS | LEAVES, {"app.core"}),
    "routes": _ENTRY_POINT,
    "jobs": _ENTRY_POINT,
    "commands": _ENTRY_POINT,
    "seeds": (_ENTRY_POINT[0], _ENTRY_POINT[1] | {OTHER_MODULES}),
    "subscribers": (_ENTRY_POINT[0], _ENTRY_POINT[1] | {OTHER_MODULES}),
    "schemas": (set(), {"app.kit"}),
    "services": ({"repositories"} | LEAVES, {"app.core", "app.kit", OTHER_MODULES}),
    "repositories": ({"models", "errors"}, {"app.database", "app.kit"}),
    "models": (set(), {"app.database.base", "app.database.mixins"}),
    "errors": (set(), {"app.core", "app.kit"}),
    "events": (set(), {"app.core", "app.kit"}),
    "permissions": (set(), set()),
    "settings": (set(), {"app.config"}),
    "migrations": (set(), {"app.database"}),
    "root": ({"services", "repositories", "schemas", "commands"} | LEAVES, set()),
}
# A part with another name, such as `storage`. All parts may import it.
ANY_OTHER = ({"services"} | LEAVES, {"app.core", "app.kit", "app.config", OTHER_MODULES})

WRITTEN = "# Written by `make import-rules` from `uses` in module.py; edit that instead."
_WIDTH = 100


def layer(part: str) -> str:
    """Return the key of the table that a part goes by: `routes_v2` has the rules of `routes`."""
    return re.sub(r"_v[0-9]+$", "", part)


def may_import(part: str, other: str) -> bool:
    """True if the table allows it. Of its own layer a later version may import the first."""
    if layer(part) == layer(other):
        return other != part and other == layer(part)
    return layer(other) in MAY.get(layer(part), ANY_OTHER)[0]


def packages(part: str) -> set[str]:
    """Return the packages outside of the module that a part may import."""
    return MAY.get(layer(part), ANY_OTHER)[1]


def domain(
    module: str,
    parts: Collection[str],
    uses: Iterable[str] = (),
    imported: Mapping[str, Collection[str]] | None = None,
) -> str:
    """Return the text of a module's tach.domain.toml.

    `uses` names other modules, `imported` the siblings that each part imports. For parts with other
    names only actual imports are allowed: allowing all would permit circles.
    """
    found = imported or {}
    others = [f"//{OTHER_MODULES}.{each}" for each in sorted(uses)]
    public = _siblings("root", parts, found)
    lines = [WRITTEN, "", "[root]", _list("depends_on", public)]
    for part in _in_order(parts):
        known = [*_siblings(part, parts, found), *_outside(part, others)]
        lines += ["", "[[modules]]", f'path = "{part}"', _list("depends_on", known)]
        lines.append(_list("visibility", _visibility(module, part, public)))
    return "\n".join([*lines, ""])


def _siblings(
    part: str, parts: Collection[str], imported: Mapping[str, Collection[str]]
) -> list[str]:
    found = imported.get(part, ())
    in_table = [each for each in parts if layer(each) in MAY and may_import(part, each)]
    known = [each for each in in_table if layer(part) in MAY or each in found]
    own = [each for each in parts if layer(each) not in MAY and each in found and each != part]
    return _in_order([*known, *own])


def _outside(part: str, others: list[str]) -> list[str]:
    known = packages(part)
    named = [f"//{package}" for package in sorted(known - {OTHER_MODULES})]
    return [*named, *others] if OTHER_MODULES in known else named


def _visibility(module: str, part: str, public: Collection[str]) -> list[str]:
    if part in ("module", "migrations"):
        return []
    inside = f"//{OTHER_MODULES}.{module}.**"
    return [f"//{OTHER_MODULES}.{module}", inside] if part in public else [inside]


def _in_order(parts: Iterable[str]) -> list[str]:
    """Sort as in the table; parts with other names come last."""
    table = list(MAY)
    places = {part: table.index(at) if (at := layer(part)) in MAY else len(table) for part in parts}
    return sorted(places, key=lambda part: (places[part], part))


def _list(key: str, values: Iterable[str]) -> str:
    quoted = [f'"{value}"' for value in values]
    line = f"{key} = [{', '.join(quoted)}]"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{key} = [", *(f"    {value}," for value in quoted), "]"])
