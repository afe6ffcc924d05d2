"""Rows as repositories return them: what the database said, to read and not to write."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NoReturn


class ReadOnlyRow(AttributeError):
    """An attribute of a row that a repository returned was assigned to."""


class Attribute:
    """On the class it is the model's own attribute.

    A row's value is in its `__dict__`: Python reads it without a call, as there is no `__set__`.
    """

    def __init__(self, own: Any) -> None:
        self.own = own

    def __get__(self, row: object | None, kind: type[Any]) -> Any:
        if row is None:
            return self.own
        raise AttributeError(f"{self.own} was not loaded by the query of this row")


@cache
def read_only_class(model: type[Any]) -> type[Any]:
    """The model's subclass that the ORM does not know: its rows have no state to be saved."""
    own = {name: Attribute(getattr(model, name)) for name in _names(model)}
    about = {"__module__": model.__module__, "__qualname__": model.__qualname__}
    return type(
        model.__name__, (model,), {**own, **about, "__abstract__": True, "__setattr__": _refuse}
    )


def read_only(entity: Any) -> Any:
    """The read-only row with the values of an entity, which the ORM loaded."""
    model: Any = type(entity)
    row = object.__new__(read_only_class(model))
    row.__dict__.update(entity.__dict__)
    del row.__dict__["_sa_instance_state"]
    return row


def _names(model: Any) -> Iterable[str]:
    names: Iterable[str] = model.__mapper__.columns.keys()
    return names


def _refuse(row: object, name: str, _: object) -> NoReturn:
    raise ReadOnlyRow(
        f"{type(row).__name__}.{name} is read-only: repository.change(row, {name}=…) writes"
    )
