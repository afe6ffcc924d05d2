"""A module as it is generated: its names, its fields, and what it refers to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from typing import Any

from ..names import Names
from .field import NAME, Field


@dataclass(frozen=True)
class Module:
    names: Names
    fields: tuple[Field, ...] = (NAME,)

    @property
    def refs(self) -> list[Field]:
        return [field for field in self.fields if field.kind == "ref"]

    @property
    def outer_refs(self) -> list[Field]:
        """To other modules."""
        return [field for field in self.refs if field.target != self.names]

    @property
    def uniques(self) -> list[Field]:
        return [field for field in self.fields if field.unique]

    @property
    def filters(self) -> list[Field]:
        return [field for field in self.fields if field.filtered]

    @property
    def sorts(self) -> list[Field]:
        return [field for field in self.fields if field.sorted]

    def error(self, field: Field) -> str:
        """The class of the error for a value that another row has: `InvoiceNumberTaken`."""
        return f"{self.names.class_name}{field.class_name}Taken"

    def to_json(self) -> dict[str, Any]:
        return {"singular": self.names.singular, "plural": self.names.plural, "fields": list(map(asdict, self.fields))}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Module":
        return cls(Names(said["singular"], said["plural"]), tuple(map(_field, said["fields"])))


def in_order(modules: Iterable[Module]) -> list[Module]:
    """By name, but after those that they refer to: as `app adopt` takes them. Raises graphlib.CycleError."""
    by_package = {module.names.package: module for module in sorted(modules, key=lambda module: module.names.package)}
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(by_package, ()))
    for package, module in by_package.items():
        for target in sorted(set(_targets(module))):
            if target in by_package:
                order.add(package, target)
    return [by_package[package] for package in order.static_order()]


def _targets(module: Module) -> Iterator[str]:
    for field in module.outer_refs:
        if field.target is not None:
            yield field.target.package


def _field(said: Mapping[str, Any]) -> Field:
    target = Names(**said["target"]) if said["target"] else None
    return Field(**{**said, "values": tuple(said["values"]), "target": target})
