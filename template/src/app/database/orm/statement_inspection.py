"""Inspect statements: which tables they use, and whether loader criteria cover all of them."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnClause, Join, Select, Table, TableClause, TextClause
from sqlalchemy.orm.context import FromStatement
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase

NAME = re.compile(r"\*|\w+")
RELATIONSHIP = {"local", "remote"}
OF_A_MODEL = {"parententity", "parentmapper", "_orm_adapt"} | RELATIONSHIP


def tables_of_tenants(statement: Any) -> set[Table]:
    return {part for part in _parts(statement, into_joins=True) if _is_of_tenants(part)}


def is_written(statement: Any) -> bool:
    """True if the statement contains SQL written as text."""
    return any(map(_is_text, _parts(statement)))


def is_bare(statement: Any) -> bool:
    """True if the statement uses tenants' tables without their models.

    Not everything is detected: an alias of a table, and a relationship through a third table, are
    left to row security.
    """
    parts = list(_parts(statement))
    return any(map(_is_bare, parts)) and not any(map(_is_of_a_relationship, parts))


def has_subquery(statement: Any) -> bool:
    return any(isinstance(part, SelectBase) for part in _parts(statement))


def _parts(statement: Any, *, into_joins: bool = False) -> Iterator[Any]:
    """Yield all parts of the statement, with subqueries. Most joins are added by the ORM itself."""
    waiting, seen = [statement], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if into_joins or not isinstance(part, Join):
            waiting.extend(part.get_children())
        source = getattr(part, "table", part)
        if isinstance(source, (AliasedReturnsRows, FromStatement)):
            waiting.append(source.element)


def _is_of_tenants(table: Any) -> bool:
    """True for tables with tenant_id in their key, also without a model (association tables)."""
    return isinstance(table, Table) and "tenant_id" in table.primary_key.columns


def _is_text(part: Any) -> bool:
    """True for text(), table(), and a literal_column() that is more than a name."""
    if isinstance(part, ColumnClause):
        return part.is_literal and not NAME.fullmatch(part.name)
    return isinstance(part, TextClause) or (
        isinstance(part, TableClause) and not isinstance(part, Table)
    )


def _is_bare(part: Any) -> bool:
    if isinstance(part, Column) and not OF_A_MODEL & part._annotations.keys():
        return _is_of_tenants(part.table)
    if isinstance(part, Select) and not part._propagate_attrs:
        return any(_is_of_tenants(source) for source in part.get_final_froms())
    return False


def _is_of_a_relationship(part: Any) -> bool:
    return bool(RELATIONSHIP & getattr(part, "_annotations", {}).keys())
