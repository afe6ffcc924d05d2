"""Sort by one column, then by id, so that a page can start after any row.

Rows without a value come last, or first in descending order, as in PostgreSQL: so one index
`(tenant_id, column, id)` serves both directions.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Select, and_, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database.pagination import InvalidCursor, cut_page
from app.database.repository import Model, Repository
from app.kit.json_values import find_fault
from app.kit.rows import Rows


@dataclass(frozen=True, slots=True)
class Sort:
    column: InstrumentedAttribute[Any]
    descending: bool = False

    @property
    def name(self) -> str:
        """Return the name used in requests: `issued_on`, `-issued_on`."""
        return f"-{self.column.key}" if self.descending else self.column.key


def sorts(*columns: InstrumentedAttribute[Any]) -> dict[str, Sort]:
    """Return both directions of each column, by name."""
    both = [Sort(column, descending) for column in columns for descending in (False, True)]
    return {sort.name: sort for sort in both}


class SortedRepository(Repository[Model]):
    async def sorted_page(
        self, query: Select[Any], *, sort: Sort | None, limit: int, cursor: str | None
    ) -> Rows[Model]:
        """Return a page; without a sort, newest first.

        Raises InvalidCursor, also for a cursor of another sort.
        """
        if sort is None:
            return await self.page(query, limit=limit, cursor=cursor)
        if cursor is not None:
            query = query.where(_behind(*_decode(cursor, sort), sort, self.model.id))
        columns = [sort.column, self.model.id]
        order = [column.desc() for column in columns] if sort.descending else columns
        rows = await self.all(query.order_by(*order).limit(limit + 1))
        return cut_page(rows, limit, lambda row: _encode(row, sort))


def _behind(value: Any, row_id: UUID, sort: Sort, ids: Any) -> ColumnElement[bool]:
    column = sort.column
    # A row comparison with NULL is never true in SQL, so rows without a value are compared by id
    # only.
    if value is None:
        tied = and_(column.is_(None), ids < row_id if sort.descending else ids > row_id)
        return or_(tied, column.is_not(None)) if sort.descending else tied
    here, there = tuple_(column, ids), tuple_(value, row_id)
    if sort.descending:
        return here < there
    return or_(here > there, column.is_(None)) if _may_be_empty(sort) else here > there


def _may_be_empty(sort: Sort) -> bool:
    return bool(sort.column.property.columns[0].nullable)


def _encode(row: Any, sort: Sort) -> str:
    value = to_jsonable_python(getattr(row, sort.column.key))
    text = json.dumps([sort.name, value, str(row.id)], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decode(cursor: str, sort: Sort) -> tuple[Any, UUID]:
    """Return the last row's value and id. Raises InvalidCursor."""
    kind = TypeAdapter[Any](sort.column.type.python_type | None)
    try:
        text = urlsafe_b64decode(cursor + "==")
        if find_fault(text):
            raise InvalidCursor
        name, value, row_id = json.loads(text)
        if name != sort.name:
            raise InvalidCursor
        return kind.validate_python(value), UUID(row_id)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidCursor from error
