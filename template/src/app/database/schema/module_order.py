"""Which module's tables refer to which, read from the models. Wants them loaded."""

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from app.database.base import Base


def in_order(modules: Iterable[str]) -> list[str]:
    """By name, but after those whose tables they refer to: so migrations run, and so rows are sown.

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
    """app.modules.tenants.models is in the module tenants."""
    return room.removeprefix("app.modules.").partition(".")[0]
