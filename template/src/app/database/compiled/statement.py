"""Statements that are compiled once and run on the driver.

Values and results still pass through their types' SQLAlchemy processors.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Executable, Float
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.types import TypeEngine

from app.database.base import Base
from app.database.tenancy import RawSqlRefused

Process = Callable[[Any], Any]

DIALECT: Any = asyncpg_dialect()  # type: ignore[no-untyped-call]  # as SQLAlchemy has it
DIALECT.dbapi = DIALECT.import_dbapi()
FLOAT8, NUMERIC = 701, 1700
"""PostgreSQL OIDs, which numeric types' result processors ask for; other types ignore them."""


class Statement:
    """A compiled statement: its SQL and the order of its values."""

    __slots__ = ("_in_order", "_processes", "sql")

    def __init__(self, statement: Executable) -> None:
        """Compile the statement. The ORM's mappers are configured first, if they are not yet."""
        Base.registry.configure()
        compiled: Any = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # has it
        self.sql: str = compiled.string
        names: list[str] = compiled.positiontup
        self._in_order = _in_order(names)
        self._processes = [
            (place, process)
            for place, name in enumerate(names)
            if (process := _bind_process(compiled.binds[name].type))
        ]

    def arguments(self, values: Mapping[str, Any]) -> Sequence[Any]:
        arguments: Sequence[Any] = self._in_order(values)
        if self._processes:
            arguments = changed = [*arguments]
            for place, process in self._processes:
                changed[place] = process(changed[place])
        return arguments


@dataclass(frozen=True, slots=True)
class Prepared:
    """A named statement with one bytea value, `$1`, which the server prepares."""

    name: str
    sql: str


def prepared(name: str, statement: Executable) -> Prepared:
    """Compile a statement used at most commits. Raises RawSqlRefused without `raw_sql="reason"`."""
    if not statement.get_execution_options().get("raw_sql"):
        raise RawSqlRefused("a prepared text says why it is one, like any other")
    return Prepared(name, Statement(statement).sql)


def result_process(kind: TypeEngine[Any]) -> Process | None:
    implementation = kind.dialect_impl(DIALECT)
    number = FLOAT8 if isinstance(implementation, Float) else NUMERIC
    process: Process | None = implementation.result_processor(DIALECT, number)
    return process


def _bind_process(kind: TypeEngine[Any]) -> Process | None:
    process: Process | None = kind.dialect_impl(DIALECT).bind_processor(DIALECT)
    return process


def _in_order(names: list[str]) -> Callable[[Mapping[str, Any]], Any]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]
