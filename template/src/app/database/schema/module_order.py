"""Order modules by the foreign keys of their models, which must be loaded."""

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from app.database.base import Base


def in_order(modules: Iterable[str]) -> list[str]:
    """Return modules in dependency order, then by name, for migrations and seeds.

    Raises graphlib.CycleError.
    """
    names = sorted(modules)
    order = TopologicalSorter[str](dict.fromkeys(names, ()))
    for here, there in sorted(set(_references())):
        if here in names and there in names and here != there:
            order.add(here, there)
    return list(order.static_order())


def _references() -> Iterator[tuple[str, str]]:
    modules_of_tables = {
        mapper.local_table: mapper.class_.__module__ for mapper in Base.registry.mappers
    }
    for table, module in modules_of_tables.items():
        for key in table.foreign_keys:
            yield _module_of(module), _module_of(modules_of_tables.get(key.column.table, ""))


def _module_of(module: str) -> str:
    """Return "tenants" for app.modules.tenants.models."""
    return module.removeprefix("app.modules.").partition(".")[0]
