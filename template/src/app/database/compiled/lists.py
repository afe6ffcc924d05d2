"""The statements of a repository's lists: one for each combination of filters, sort and start.

A page starts after the last row of the previous page. Rows without a value come last, or first in
descending order, as in PostgreSQL. No comparison with NULL is true, so a statement reads either the
rows with a value or those without: the index `(tenant_id, column, id)` then leads straight to the
first row, at any depth.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Float,
    Integer,
    Numeric,
    any_,
    bindparam,
    func,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeEngine

from app.database.compiled.model_statements import Statements
from app.database.compiled.standalone import ReadStatement
from app.database.mixins import ignoring_case
from app.database.pagination import decode_cursor, decode_sorted, encode_cursor, encode_sorted

MOST_SHAPES = 256
"""Compiled statements per repository; the least used one is dropped and compiled again."""

Condition = ColumnElement[bool]
Sorted = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """A filter with a name of its own; `otherwise` is its condition where False is asked for."""

    name: str
    column: str
    condition: Condition
    otherwise: Condition | None = None


Filter = InstrumentedAttribute[Any] | Condition | Declared


def at_least(attribute: InstrumentedAttribute[Any]) -> Declared:
    """Return the filter `issued_on_from`: this value or a greater one."""
    name, column = f"{attribute.key}_from", attribute.property.columns[0]
    return Declared(name, attribute.key, column >= bindparam(name, type_=_compared(column)))


def at_most(attribute: InstrumentedAttribute[Any]) -> Declared:
    """Return the filter `issued_on_to`: this value or a smaller one."""
    name, column = f"{attribute.key}_to", attribute.property.columns[0]
    return Declared(name, attribute.key, column <= bindparam(name, type_=_compared(column)))


def any_of(attribute: InstrumentedAttribute[Any]) -> Declared:
    """Return the filter `status_any`: one of several values."""
    name, column = f"{attribute.key}_any", attribute.property.columns[0]
    values: ColumnElement[Any] = bindparam(name, type_=ARRAY(_compared(column)))
    if attribute.key in ignoring_case(attribute.class_):  # type: ignore[arg-type]  # can be hashed
        raise TypeError(f"{attribute} is compared in any case, and so with one value at a time")
    return Declared(name, attribute.key, column == any_(values))


def is_empty(attribute: InstrumentedAttribute[Any]) -> Declared:
    """Return the filter `issued_on_empty`: True for rows without a value, False for the others."""
    column = attribute.property.columns[0]
    return Declared(f"{attribute.key}_empty", attribute.key, column.is_(None), column.is_not(None))


class Start(Enum):
    """Selects which rows a statement reads, in the order of its sort."""

    FIRST_ROW = auto()
    AFTER_ROW = auto()
    AFTER_EMPTY = auto()
    """Follows a row without a value: only rows without one."""
    FIRST_EMPTY = auto()
    FIRST_FILLED = auto()


class Shape(NamedTuple):
    filters: tuple[str, ...] = ()
    sort: str | None = None
    start: Start = Start.FIRST_ROW


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: by a column and then by id, or by id only."""

    name: str | None = None
    column: str = "id"
    kind: type[Any] = UUID
    is_nullable: bool = False
    descending: bool = True

    def start(self, cursor: str | None) -> tuple[Start, dict[str, Any]]:
        """Return where to start, and the values for it. Raises InvalidCursor."""
        if cursor is None:
            return Start.FIRST_ROW, {}
        if self.name is None:
            return Start.AFTER_ROW, {"_after_id": decode_cursor(cursor)}
        value, last = decode_sorted(cursor, self.name, self.kind)
        start = Start.AFTER_EMPTY if value is None else Start.AFTER_ROW
        return start, {"_after_id": last, "_after_value": value}

    def rest(self, start: Start) -> Start | None:
        """Return where to go on when the rows from `start` are read, or None if that was all."""
        if not self.is_nullable:
            return None
        if self.descending:
            return Start.FIRST_FILLED if start is Start.AFTER_EMPTY else None
        return Start.FIRST_EMPTY if start is Start.AFTER_ROW else None

    def cursor(self, last: Any) -> str:
        """Return the cursor of the page after this row."""
        if self.name is None:
            return encode_cursor(last.id)
        return encode_sorted(self.name, getattr(last, self.column), last.id)


class Lists:
    """Compiles each shape once, when it is first asked for."""

    def __init__(
        self,
        statements: Statements[Any],
        conditions: Mapping[str, Condition],
        orders: Mapping[str | None, Order],
    ) -> None:
        self._statements = statements
        self._conditions = conditions
        self._orders = orders
        self.statement = lru_cache(maxsize=MOST_SHAPES)(self._compile)

    def _compile(self, shape: Shape) -> ReadStatement:
        order = self._orders[shape.sort]
        names = dict.fromkeys([order.column, "id"])
        columns = [self._statements.columns[name] for name in names]
        query = self._statements.select().where(
            *(self._conditions[name] for name in shape.filters), *_from(columns, order, shape.start)
        )
        sorted_query = query.order_by(
            *(each.desc() if order.descending else each for each in columns)
        )
        return ReadStatement(
            sorted_query.limit(bindparam("_limit", type_=Integer())),
            order=[(name, order.descending) for name in names],
        )


def conditions_of(model: type[Any], filters: Iterable[Filter]) -> dict[str, Condition]:
    """Return the filters' conditions by name. Raises TypeError for one without a single name."""
    return dict(_named(model, each) for each in filters)


def orders_of(columns: Iterable[Sorted]) -> dict[str | None, Order]:
    """Return both directions of each column by name, and the order without a sort, newest first."""
    return {order.name: order for order in (Order(), *_both_ways(columns))}


def _both_ways(columns: Iterable[Sorted]) -> Iterator[Order]:
    for attribute in columns:
        name, column = attribute.key, attribute.property.columns[0]
        kind, nullable = column.type.python_type, bool(column.nullable)
        yield Order(name, name, kind, nullable, descending=False)
        yield Order(f"-{name}", name, kind, nullable, descending=True)


def negations_of(filters: Iterable[Filter]) -> dict[str, tuple[str, Condition]]:
    """Return name and condition of what False asks for, by the filter's name."""
    return {
        each.name: (f"not {each.name}", each.otherwise)
        for each in filters
        if isinstance(each, Declared) and each.otherwise is not None
    }


def _named(model: type[Any], declared: Filter) -> tuple[str, Condition]:
    if isinstance(declared, Declared):
        return declared.name, declared.condition
    if isinstance(declared, InstrumentedAttribute):
        return declared.key, _equals(model, declared)
    names = {part.key for part in iterate(declared) if isinstance(part, BindParameter)}
    if len(names) != 1 or min(names).startswith(("_", "%")):
        raise TypeError(f"the filter {declared} takes one value, bindparam('a_name')")
    return names.pop(), declared


def _equals(model: type[Any], attribute: InstrumentedAttribute[Any]) -> Condition:
    column: ColumnElement[Any] = attribute.property.columns[0]
    value: ColumnElement[Any] = bindparam(attribute.key, type_=_compared(column))
    if attribute.key in ignoring_case(model):  # type: ignore[arg-type]  # a class can be hashed
        return func.lower(column) == func.lower(value)
    return column == value


def _compared(column: Any) -> TypeEngine[Any]:
    """Return the type of a value to compare: a decimal with any digits, which a cast to the
    column's type would round or refuse.
    """
    kind: TypeEngine[Any] = column.type
    is_decimal = isinstance(kind, Numeric) and not isinstance(kind, Float)
    return Numeric() if is_decimal else kind


def _from(columns: list[Any], order: Order, start: Start) -> list[Condition]:
    """Return the conditions for the rows from the start on."""
    first, ids = columns[0], columns[-1]
    last_id = bindparam("_after_id", type_=ids.type)
    is_after_id = ids < last_id if order.descending else ids > last_id
    match start:
        case Start.FIRST_ROW:
            return []
        case Start.AFTER_ROW if order.name is None:
            return [is_after_id]
        case Start.AFTER_ROW:
            here = tuple_(first, ids)
            there = tuple_(bindparam("_after_value", type_=_compared(first)), last_id)
            return [here < there if order.descending else here > there]
        case Start.AFTER_EMPTY:
            return [first.is_(None), is_after_id]
        case Start.FIRST_EMPTY:
            return [first.is_(None)]
        case Start.FIRST_FILLED:
            return [first.is_not(None)]
