"""tach.domain.toml: whom each file may know, with exactly the modules that it refers to."""

from collections.abc import Iterable

from ..module import Module
from ..sheet import Sheet
from .services import front_door

_ERRORS = """
[[modules]]
path = "errors"
depends_on = ["//app.core"]
visibility = ["//app.modules.{package}", "//app.modules.{package}.**"]
"""
_WIDTH = 100


def domain(module: Module) -> str:
    sheet = Sheet(module.names, "tach.domain.toml")
    others = sorted({f"//{front_door(field)[2]}" for field in module.outer_refs})
    seeded = sorted({f"//{front_door(field)[2]}" for field in module.outer_refs if field.required})
    errors = ["errors"] if module.uniques else []
    _depend(sheet, ["services", "events"], errors)
    _depend(sheet, ["repositories", "events", "permissions", "//app.core", "//app.kit"], [*errors, *others])
    _depend(sheet, ["services", "//app.core"], seeded)
    if module.filters or module.sorts:
        _depend(sheet, ["models", "//app.database"], ["//app.kit"])
    if module.uniques:
        events = '\n[[modules]]\npath = "events"\n'
        sheet.replace(events, _ERRORS.format(package=module.names.package) + events)
    return str(sheet)


def _depend(sheet: Sheet, known: list[str], more: list[str]) -> None:
    """Own files first, then the rooms of the house, then other modules."""
    if more:
        ordered = sorted(known + more, key=lambda name: _rank(name, known))
        sheet.replace(f"depends_on = {_toml(known)}\n", f"depends_on = {_toml(ordered)}\n")


def _rank(name: str, known: list[str]) -> tuple[int, float, str]:
    own = 0 if not name.startswith("//") else 2 if name.startswith("//app.modules") else 1
    return own, known.index(name) if name in known else 0.5, name


def _toml(names: Iterable[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    line = f"[{', '.join(quoted)}]"
    if len(f"depends_on = {line}") <= _WIDTH:
        return line
    return "\n".join(["[", *(f"    {name}," for name in quoted), "]"])
