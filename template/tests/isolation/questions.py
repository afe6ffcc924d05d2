"""Record all queries of this project's repositories while their methods are called."""

import inspect
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from app.core.module import find_modules
from app.database.asyncpg.transaction import Transaction
from app.database.compiled.lists import Declared
from app.database.pagination import encode_sorted
from app.database.repository import Repository, RowNotFound, ValueNotAllowed
from app.kit.ids import new_id

from .two_tenants import TwoTenants, tenants_models

VALUES: Mapping[Any, Any] = {
    str: "something",
    int: 10,
    bool: True,
    datetime: datetime(2030, 1, 2, tzinfo=UTC),
}
UNDERLYING = {"query", "first", "all", "page", "sorted_page", "listed"}
"""Methods that take a query or filters; the other methods call them."""
FAILURES = (
    RowNotFound,
    ValueNotAllowed,
    SQLAlchemyError,
    LookupError,
    TypeError,
    AttributeError,
)


@dataclass(frozen=True)
class Question:
    asked_by: str
    sql: str
    values: Sequence[Any]


def repositories() -> list[type[Repository[Any]]]:
    """Return the repositories of tenant tables, in every module."""
    find_modules()
    return sorted(
        (
            each
            for each in _heirs(Repository)
            if each.__module__.startswith("app.")
            and getattr(each, "model", None) in tenants_models()
        ),
        key=lambda each: each.__qualname__,
    )


async def questions_of(
    two_tenants: TwoTenants, repository: type[Repository[Any]], patch: pytest.MonkeyPatch
) -> list[Question]:
    """Call every method, and return the recorded queries even if the call fails afterwards."""
    questions = []
    engine = two_tenants.runtime.database.rw.sync_engine
    row = await two_tenants.own_row(repository.model.__table__)
    for name, method in inspect.getmembers(repository, inspect.iscoroutinefunction):
        if name.startswith("_") or name in UNDERLYING:
            continue
        async with two_tenants.session() as session, _noting(engine, patch) as noted:
            with suppress(*FAILURES):
                await getattr(repository(session), name)(**_arguments(method, repository, row))
        questions += [Question(f"{repository.__name__}.{name}", *each) for each in noted]
    return [*questions, *await lists_of(two_tenants, repository, patch)]


async def lists_of(
    two_tenants: TwoTenants, repository: type[Repository[Any]], patch: pytest.MonkeyPatch
) -> list[Question]:
    """Ask for the first and the next page of each declared filter and sort, and of each pair."""
    questions = []
    engine = two_tenants.runtime.database.rw.sync_engine
    row = await two_tenants.own_row(repository.model.__table__)
    last = repository.model(**row)
    for name, (sort, order) in product(
        (None, *repository._filter_names), repository._orders.items()
    ):
        cursors = [None, order.cursor(last)]
        if order.name and order.is_nullable:
            cursors.append(encode_sorted(order.name, None, last.id))
        for cursor in cursors:
            filters = {name: _filtered(repository, name, row)} if name else {}
            async with two_tenants.session() as session, _noting(engine, patch) as noted:
                await repository(session).listed(filters, sort=sort, limit=50, cursor=cursor)
            asked_by = f"{repository.__name__}.list({name}, sort={sort}, cursor={cursor})"
            questions += [Question(asked_by, *each) for each in noted]
    return questions


def _filtered(repository: type[Repository[Any]], name: str, row: dict[str, Any]) -> Any:
    """Return a value for a filter: that of the row, several, or True for one that asks for none.

    A filter that is no column, such as `archived`, gets False.
    """
    declared = (each for each in repository.filters if isinstance(each, Declared))
    found = next((each for each in declared if each.name == name), None)
    if found is None:
        return row.get(name, False)
    if found.otherwise is not None:
        return True
    return [row[found.column]] if name.endswith("_any") else row[found.column]


@asynccontextmanager
async def _noting(
    engine: Engine, patch: pytest.MonkeyPatch
) -> AsyncIterator[list[tuple[str, Sequence[Any]]]]:
    """Record statements of SQLAlchemy, and those that a repository sends to the driver directly."""
    noted: list[tuple[str, Sequence[Any]]] = []

    def noting(send: Any) -> Any:
        async def note_and_send(self: Transaction, sql: str, arguments: Sequence[Any]) -> Any:
            noted.append((sql, arguments))
            return await send(self, sql, arguments)

        return note_and_send

    def note(_: Any, __: Any, sql: str, values: Any, *___: Any) -> None:
        noted.append((sql, values))

    with patch.context() as patched:
        for name in ("fetch", "write", "fetch_standalone"):
            patched.setattr(Transaction, name, noting(getattr(Transaction, name)))
        event.listen(engine, "before_cursor_execute", note)
        yield noted
        event.remove(engine, "before_cursor_execute", note)


def _arguments(
    method: Any, repository: type[Repository[Any]], row: dict[str, Any]
) -> dict[str, Any]:
    hints = get_type_hints(method)
    named = inspect.signature(method).parameters.values()
    given = (p for p in named if p.name != "self" and p.kind is not p.VAR_KEYWORD)
    return {
        p.name: None if p.name in ("cursor", "sort") else _value(hints[p.name], repository, row)
        for p in given
    }


def _value(kind: Any, repository: type[Repository[Any]], row: dict[str, Any]) -> Any:
    if isinstance(kind, UnionType):
        kind = get_args(kind)[0]
    if kind is UUID:
        return new_id()
    if get_origin(kind) in (Sequence, list):
        return [_value(get_args(kind)[0], repository, row)]
    return VALUES[kind] if kind in VALUES else repository.model(**row)


def _heirs(kind: type[Any]) -> Iterator[type[Any]]:
    for heir in kind.__subclasses__():
        yield heir
        yield from _heirs(heir)
