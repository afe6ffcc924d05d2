"""The read-only rows that repositories return."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NoReturn


class ReadOnlyRow(AttributeError):
    """An attribute was assigned on a row that a repository returned."""


class Attribute:
    """A descriptor that returns the model's own attribute when read from the class.

    A row's value is in its `__dict__`. There is no `__set__`, so Python reads the value from there
    without calling `__get__`.
    """

    def __init__(self, own: Any) -> None:
        self.own = own

    def __get__(self, row: object | None, kind: type[Any]) -> Any:
        if row is None:
            return self.own
        raise AttributeError(f"{self.own} was not loaded by the query of this row")


@cache
def read_only_class(model: type[Any]) -> type[Any]:
    """Return a subclass of the model that is not mapped, so its rows have no ORM state."""
    own = {name: Attribute(getattr(model, name)) for name in _names(model)}
    about = {"__module__": model.__module__, "__qualname__": model.__qualname__}
    return type(
        model.__name__, (model,), {**own, **about, "__abstract__": True, "__setattr__": _refuse}
    )


def read_only(entity: Any) -> Any:
    """Return a read-only row with the values of an entity that the ORM loaded."""
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
