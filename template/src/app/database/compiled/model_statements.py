"""The statements behind a repository's own verbs: compiled once per model, run on the driver.

What SQLAlchemy does for each execution (build, look up, adapt, load an entity) costs more than the
statement itself; docs/performance.md has the numbers.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache, partial
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Select,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapper

from app.database.compiled.links import ids_of
from app.database.compiled.owned import OwnedTable
from app.database.compiled.rows import fetched_class
from app.database.compiled.standalone import ReadStatement
from app.database.compiled.statement import Process, Statement, result_process
from app.database.mixins import UUIDMixin, linked_ids, owned_rows

Model = TypeVar("Model", bound=UUIDMixin)


class Statements(Generic[Model]):
    """The statements of one model, filtered by the column `own` if it is not None."""

    def __init__(self, model: type[Model], own: str | None) -> None:
        self.model = model
        self.row_class = fetched_class(model)  # type: ignore[arg-type]  # a class can be hashed
        self.columns: dict[str, Column[Any]] = dict(_plain_columns(model).items())
        self.own = own
        self._table: Any = model.__table__  # type: ignore[attr-defined]  # every model has one
        self._returned = [column.label(name) for name, column in self.columns.items()]
        self._linked = [ids_of(each, self._tenant()).label(each.name) for each in linked_ids(model)]
        self._owned_tables = [OwnedTable(each) for each in owned_rows(model)]
        self._linked += [
            each.rows_of_row(self._tenant()).label(each.name) for each in self._owned_tables
        ]
        self._names = (*self.columns, *(each.name for each in self._linked))
        self._processes = _result_processes(self.columns)
        self._defaults = _made({name: column.default for name, column in self.columns.items()})
        self._on_update = _made({name: column.onupdate for name, column in self.columns.items()})
        self.lock = lru_cache(self._compile_lock)
        self._insert = lru_cache(maxsize=256)(self._compile_insert)
        self._update = lru_cache(maxsize=256)(self._compile_update)

    @cached_property
    def find(self) -> ReadStatement:
        return ReadStatement(self.select().where(self._this()))

    @cached_property
    def delete(self) -> Statement:
        deleted = delete(self._table).where(*self._owned(), self._this())
        return Statement(deleted.returning(self.columns["id"]))

    def insert(self, values: dict[str, Any]) -> tuple[Statement, dict[str, Any]]:
        """Return the INSERT and its values with defaults. Raises TypeError for unknown columns."""
        complete = {name: make() for name, make in self._defaults.items() if name not in values}
        complete |= values
        return self._insert(tuple(complete)), complete

    def update(self, values: dict[str, Any]) -> tuple[Statement, dict[str, Any]]:
        """Return the UPDATE and its values with `onupdate`. Raises TypeError for unknown names."""
        complete = {name: make() for name, make in self._on_update.items() if name not in values}
        complete |= values
        return self._update(tuple(complete)), complete

    def select(self) -> Select[Any]:
        """Return a query for the context's rows, in the columns that `rows` reads."""
        return select(*self._returned, *self._linked).where(*self._owned())

    def rows(self, records: Iterable[Any]) -> list[Model]:
        """Convert the records to read-only rows (rows.py).

        Records of an INSERT or UPDATE have no LinkedIds and no OwnedRows.
        """
        names, row_class = self._names, self.row_class
        rows = []
        for record in records:
            row = object.__new__(row_class)
            row.__dict__.update(zip(names, record))  # noqa: B905 - the keyword costs as much again
            rows.append(row)
        for name, process in self._processes:
            for row in rows:
                row.__dict__[name] = process(row.__dict__[name])
        for owned in self._owned_tables:
            owned.read_into(rows)
        return rows

    def _compile_lock(self, *, read: bool, key_share: bool) -> Statement:
        """Compile a read that locks the row; the options are those of `with_for_update`."""
        locked = self.select().where(self._this())
        return Statement(locked.with_for_update(read=read, key_share=key_share))

    def _compile_insert(self, names: tuple[str, ...]) -> Statement:
        inserted = insert(self._table).values(self._parameters(names))
        return Statement(inserted.returning(*self._returned))

    def _compile_update(self, names: tuple[str, ...]) -> Statement:
        changed = update(self._table).where(*self._owned(), self._this())
        return Statement(changed.values(self._parameters(names)).returning(*self._returned))

    def _owned(self) -> list[ColumnElement[bool]]:
        return [self.columns[self.own] == self._where("own", self.own)] if self.own else []

    def _tenant(self) -> BindParameter[Any] | None:
        return self._where("own", self.own) if self.own == "tenant_id" else None

    def _this(self) -> ColumnElement[bool]:
        return self.columns["id"] == self._where("id")

    def _where(self, name: str, column: str | None = None) -> BindParameter[Any]:
        return bindparam(f"_where_{name}", type_=self.columns[column or name].type)

    def _parameters(self, names: tuple[str, ...]) -> dict[Any, Any]:
        if unknown := set(names) - set(self.columns):
            raise TypeError(f"{self.model.__name__} has no column {', '.join(sorted(unknown))}")
        return {
            self.columns[name]: bindparam(name, type_=self.columns[name].type) for name in names
        }


def _plain_columns(model: type[UUIDMixin]) -> Any:
    """Return the columns. Raises TypeError for models that need the ORM to load and write them."""
    mapper: Mapper[Any] = model.__mapper__  # type: ignore[attr-defined]  # every model has one
    if (
        mapper.inherits
        or mapper.polymorphic_on is not None
        or mapper.version_id_col is not None
        or mapper.validators
    ):
        raise TypeError(
            f"{model.__name__} uses inheritance, a version column or @validates, which a"
            " repository's own verbs do not know: write its queries with self.session"
        )
    return mapper.columns


def _made(defaults: Mapping[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return the defaults that Python computes; PostgreSQL computes the others."""
    return {
        name: partial(default.arg, None) if default.is_callable else partial(_same, default.arg)
        for name, default in defaults.items()
        if default is not None and (default.is_callable or default.is_scalar)
    }


def _same(value: Any) -> Any:
    return value


def _result_processes(columns: Mapping[str, Column[Any]]) -> list[tuple[str, Process]]:
    found = ((name, result_process(column.type)) for name, column in columns.items())
    return [(name, process) for name, process in found if process]
