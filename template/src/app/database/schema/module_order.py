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
    rooms = {mapper.local_table: mapper.class_.__module__ for mapper in Base.registry.mappers}
    for table, room in rooms.items():
        for key in table.foreign_keys:
            yield _module_of(room), _module_of(rooms.get(key.column.table, ""))


def _module_of(room: str) -> str:
    """Return "tenants" for app.modules.tenants.models."""
    return room.removeprefix("app.modules.").partition(".")[0]
