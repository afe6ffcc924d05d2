"""Write a custom module's tach.domain.toml, by the rules of `template/src/app/kit/import_rules.py`."""

from ._sources import load_source
from .fields import Module

_PARTS = frozenset("events migrations models module permissions repositories routes schemas seeds services".split())


def import_rules(module: Module) -> str:
    parts = _PARTS | {"errors"} if module.uniques else _PARTS
    table = load_source("src/app/kit/import_rules.py")
    return str(table.domain(module.names.package, parts, module.uses))
