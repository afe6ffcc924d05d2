"""The read-only rows that repositories return."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NoReturn
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column

from app.database.compiled.statement import result_process

TYPES: dict[type, type] = {
    sa.BigInteger: int,
    sa.Boolean: bool,
    sa.Date: date,
    sa.DateTime: datetime,
    sa.Integer: int,
    sa.Numeric: Decimal,
    sa.SmallInteger: int,
    sa.String: str,
    sa.Text: str,
    sa.Uuid: UUID,
}
"""The types of columns, and those of the values that asyncpg returns for them."""


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


@cache
def fetched_class(model: type[Any]) -> type[Any]:
    """Return a read-only class for rows as the driver returns them.

    It says the type of each column whose values Python has no say in, and whether one may be None.
    """
    types = {name: (kind, bool(each.nullable)) for name, each, kind in _plainly_typed(model)}
    return type(
        model.__name__,
        (read_only_class(model),),  # type: ignore[arg-type]  # a class can be hashed
        {
            "__module__": model.__module__,
            "__qualname__": model.__qualname__,
            "__abstract__": True,
            "__column_types__": types,
        },
    )


def read_only(entity: Any) -> Any:
    """Return a read-only row with the values of an entity that the ORM loaded."""
    model: Any = type(entity)
    row = object.__new__(read_only_class(model))
    row.__dict__.update(entity.__dict__)
    del row.__dict__["_sa_instance_state"]
    return row


def _plainly_typed(model: Any) -> Iterator[tuple[str, Column[Any], type]]:
    """Yield the columns whose type is SQLAlchemy's own: a type of ours may return anything."""
    for name, column in model.__mapper__.columns.items():
        kind = TYPES.get(type(column.type))
        if kind is not None and result_process(column.type) is None:
            yield name, column, kind


def _names(model: Any) -> Iterable[str]:
    names: Iterable[str] = model.__mapper__.columns.keys()
    return names


def _refuse(row: object, name: str, _: object) -> NoReturn:
    raise ReadOnlyRow(
        f"{type(row).__name__}.{name} is read-only: repository.change(row, {name}=…) writes"
    )
