"""The SQL of tables whose rows belong to a row (OwnedRows): read with it, written as a whole.

All rows travel as one JSON value, so that their number changes no statement: in `rows_of_row` as
arrays of values, in `replace` as objects.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Interval,
    Numeric,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    extract,
    func,
    select,
)
from sqlalchemy import column as untabled
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from app.database.compiled.constraints import limits, references
from app.database.compiled.rows import read_only_class
from app.database.compiled.statement import Process, Statement, result_process
from app.database.mixins import OwnedRows

TENANT, POSITION = "tenant_id", "position"
UUIDS = ARRAY(Uuid())
MICROSECONDS = 1_000_000


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _duration(seconds: str) -> dt.timedelta:
    return dt.timedelta(microseconds=int(Decimal(seconds) * MICROSECONDS))


FROM_JSON: Mapping[type, Callable[[Any], Any]] = {
    UUID: UUID,
    Decimal: Decimal,
    float: float,
    dt.date: dt.date.fromisoformat,
    dt.time: dt.time.fromisoformat,
    dt.datetime: _moment,
    dt.timedelta: _duration,
}
"""Functions that make the Python value of a column of that type; other types need none."""


class OwnedTable:
    """The table of OwnedRows, and the statements for the rows of one row."""

    def __init__(self, owned: OwnedRows[Any]) -> None:
        self.name, self.fewest, self.most = owned.name, owned.fewest, owned.most
        self._owner: Any = owned.model
        model: Any = owned.rows
        self.row_class = read_only_class(model)
        self.own: Any = owned.own.property.columns[0]
        self.table: Table = self.own.table
        self.tenant = self.table.c[TENANT]
        given_by_row = (TENANT, POSITION, self.own.name)
        self.columns: dict[str, Column[Any]] = {
            each.name: each for each in self.table.c if each.name not in given_by_row
        }
        self._returned = [*self.columns.values(), self.table.c[POSITION]]
        self._defaults = {name: _default(each) for name, each in self.columns.items()}
        self.references = {name: key for name, key in references(model) if key != self.own.key}
        self.limits = {name: columns[0] for name, columns in limits(model)}

    def rows_of_row(self, own: BindParameter[Any] | None) -> ColumnElement[Any]:
        """Return the rows that belong to a row, as one JSON array.

        `own` is the tenant again, if the query has one: a cluster looks for it in each table.
        """
        owner = self._owner.__table__
        values = func.jsonb_build_array(*map(_as_json, self.columns.values()), type_=JSONB())
        rows = func.jsonb_agg(aggregate_order_by(values, self.table.c[POSITION]), type_=JSONB())
        found = select(rows).where(self.tenant == owner.c[TENANT], self.own == owner.c.id)
        if own is not None:
            found = found.where(self.tenant == own)
        return found.correlate(owner).scalar_subquery()

    def read_into(self, rows: Iterable[Any]) -> None:
        """Replace the JSON of `rows_of_row` by read-only rows."""
        for row in rows:
            if self.name in row.__dict__:
                found = row.__dict__[self.name] or ()
                row.__dict__[self.name] = [
                    self._row(row, self._from_array(values), position)
                    for position, values in enumerate(found)
                ]

    def rows(self, row: Any, records: Iterable[Any]) -> list[Any]:
        """Return the rows of records of `replace`, `write_one` or `find`."""
        found = []
        for record in sorted(records, key=lambda each: each[POSITION]):
            values = {name: record[name] for name in self.columns}
            for name, process in self._processes:
                values[name] = process(values[name])
            found.append(self._row(row, values, record[POSITION]))
        return found

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of all columns. Raises TypeError for unknown names."""
        if unknown := values.keys() - self.columns.keys():
            raise TypeError(f"{self.table} has no column {', '.join(sorted(unknown))}")
        return {**self._defaults, **values}

    # A reference has the type of its target, which is known once all modules are imported.

    @cached_property
    def _processes(self) -> list[tuple[str, Process]]:
        found = ((each.name, result_process(each.type)) for each in self.columns.values())
        return [(name, process) for name, process in found if process]

    @cached_property
    def _from_json(self) -> list[tuple[Column[Any], Callable[[Any], Any] | None]]:
        return [(each, FROM_JSON.get(_kind(each))) for each in self.columns.values()]

    def _from_array(self, values: Sequence[Any]) -> dict[str, Any]:
        pairs = zip(self._from_json, values, strict=True)
        return {
            column.name: value if value is None or read is None else read(value)
            for (column, read), value in pairs
        }

    def _row(self, owner: Any, values: dict[str, Any], position: int) -> Any:
        row = object.__new__(self.row_class)
        about = {TENANT: owner.tenant_id, self.own.name: owner.id, POSITION: position}
        row.__dict__.update({**values, **about})
        return row

    @cached_property
    def find(self) -> Statement:
        """Find the rows of several rows, `row_ids` of `tenant_ids`."""
        rows = self.own == any_(bindparam("row_ids", type_=UUIDS))
        tenants = self.tenant == any_(bindparam("tenant_ids", type_=UUIDS))
        return Statement(select(self.own.label("_own"), *self._returned).where(tenants, rows))

    @cached_property
    def replace(self) -> Statement:
        """Write `rows`, a JSON array, and delete the others, whose id is not in `ids`."""
        typed = [untabled(each.name, each.type) for each in self._returned]
        rows = func.jsonb_to_recordset(bindparam("rows", type_=JSONB()))
        given = rows.table_valued(*typed).render_derived("given", with_types=True)
        values = select(*self._row_parameters(), *(given.c[each.name] for each in self._returned))
        added = insert(self.table).from_select(self._names, values)
        return Statement(self._upsert(added).add_cte(self._others().cte("others")))

    @cached_property
    def delete_others(self) -> Statement:
        return Statement(self._others())

    @cached_property
    def write_one(self) -> Statement:
        """Write one row, given by column."""
        values = [bindparam(each.name, type_=each.type) for each in self._returned]
        pairs = zip(self._names, [*self._row_parameters(), *values], strict=True)
        return Statement(self._upsert(insert(self.table).values(dict(pairs))))

    @property
    def _names(self) -> list[str]:
        return [TENANT, self.own.name, *(each.name for each in self._returned)]

    def _upsert(self, added: Any) -> Any:
        changed = {
            each.name: added.excluded[each.name] for each in self._returned if each.name != "id"
        }
        upsert = added.on_conflict_do_update(index_elements=[TENANT, "id"], set_=changed)
        return upsert.returning(*self._returned)

    def _others(self) -> Any:
        tenant, row = self._row_parameters()
        kept = self.table.c.id == any_(bindparam("ids", type_=UUIDS))
        return delete(self.table).where(self.tenant == tenant, self.own == row, ~kept)

    def _row_parameters(self) -> list[BindParameter[Any]]:
        return [bindparam(name, type_=Uuid()) for name in ("_tenant_id", "_row_id")]


def rows_as_json(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return what `replace` takes, with times in UTC: PostgreSQL reads no offset of 16 hours."""
    return to_jsonable_python(
        [{name: _in_utc(value) for name, value in row.items()} for row in rows]
    )


def _in_utc(value: Any) -> Any:
    """Leave a time as it is if it would lie outside of the years that Python knows."""
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        return value
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        return value


def _default(column: Column[Any]) -> Any:
    """Return the constant that a column gets, or None."""
    default: Any = column.default
    return default.arg if default is not None and default.is_scalar else None


def _kind(column: Column[Any]) -> type:
    kind: type = column.type.python_type
    return kind


def _as_json(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column so that JSON keeps its value exactly."""
    match column.type:
        case Interval():
            return cast(extract("epoch", column), Text())
        case Numeric():
            return cast(column, Text())
        case _:
            return column
