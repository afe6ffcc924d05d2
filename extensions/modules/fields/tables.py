"""The tables that a description makes: those of modules, of their lists, and of the words that lists search."""

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from .module import Module


class Table(NamedTuple):
    """`place` is what makes it: a module, or a field such as `films.actors`."""

    package: str
    place: str
    name: str
    class_name: str = ""


def tables_of(module: Module) -> Iterator[Table]:
    names, package = module.names, module.names.package
    yield Table(package, package, names.table, names.class_name)
    for field in module.searched[:1]:
        yield Table(package, f"{package}.{field.name}", f"{names.table}_words")
    for link in module.links:
        yield Table(package, f"{package}.{link.name}", link.table, link.class_name)
    for many in module.many:
        yield Table(package, f"{package}.{many.name}", many.table, many.names.class_name)


def same_tables(modules: Iterable[Module], new: Collection[str]) -> Iterator[str]:
    """Yield what makes a table or a class with the name of another one, for new and changed modules.

    Two modules with one name are refused before their fields are read.
    """
    found = [table for module in modules for table in tables_of(module)]
    for pair in combinations(found, 2):
        one, other = sorted(pair, key=lambda each: (each.package not in new, each.place == each.package))
        are_modules = {one.package, other.package} == {one.place, other.place}
        if one.package in new and not are_modules and (what := _both(one, other)):
            yield f"{one.place}: its {what} is that of {other.place} too: rename one of the two"


def _both(one: Table, other: Table) -> str:
    if one.name == other.name:
        return f"table {one.name}"
    return f"class {one.class_name}" if one.class_name and one.class_name == other.class_name else ""
