"""Rows as a repository's own verbs hand them out: what the database said, to read, not to write."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NoReturn


class RowIsPlain(AttributeError):
    """A row that a repository read was assigned to."""


class Attribute:
    """Of the class it is the model's own; a row's value is read past it, without the ORM's call."""

    def __init__(self, own: Any) -> None:
        self.own = own

    def __get__(self, row: object, kind: type[Any]) -> Any:
        return self.own


@cache
def fact_of(model: type[Any]) -> type[Any]:
    """The model's subclass that the ORM does not know: a fact has no state that could be saved."""
    own = {name: Attribute(getattr(model, name)) for name in _names(model)}
    about = {"__module__": model.__module__, "__qualname__": model.__qualname__}
    return type(
        model.__name__, (model,), {**own, **about, "__abstract__": True, "__setattr__": _refuse}
    )


def _names(model: Any) -> Iterable[str]:
    names: Iterable[str] = model.__mapper__.columns.keys()
    return names


def _refuse(row: object, name: str, _: object) -> NoReturn:
    raise RowIsPlain(
        f"{type(row).__name__}.{name} is a fact; repository.change(row, {name}=…) writes"
    )
