"""Import rules: which part of a module may import what, and the Tach files made of them.

A part is a file or a folder of a module, such as `services`; `root` is its `__init__.py`.
"""

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
    may, _ = MAY.get(part, ANY_OTHER)
    found = imported.get(part, ())
    own = [each for each in parts if each not in MAY and each in found and each != part]
    known = [each for each in parts if each in may and (part in MAY or each in found)]
    return _in_order([*known, *own])


def _outside(part: str, others: list[str]) -> list[str]:
    _, packages = MAY.get(part, ANY_OTHER)
    named = [f"//{package}" for package in sorted(packages - {OTHER_MODULES})]
    return [*named, *others] if OTHER_MODULES in packages else named


def _visibility(module: str, part: str, public: Collection[str]) -> list[str]:
    if part in ("module", "migrations"):
        return []
    inside = f"//{OTHER_MODULES}.{module}.**"
    return [f"//{OTHER_MODULES}.{module}", inside] if part in public else [inside]


def _in_order(parts: Iterable[str]) -> list[str]:
    """Sort as in the table; parts with other names come last."""
    table = list(MAY)
    places = {part: table.index(part) if part in MAY else len(table) for part in parts}
    return sorted(places, key=lambda part: (places[part], part))


def _list(key: str, values: Iterable[str]) -> str:
    quoted = [f'"{value}"' for value in values]
    line = f"{key} = [{', '.join(quoted)}]"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{key} = [", *(f"    {value}," for value in quoted), "]"])
