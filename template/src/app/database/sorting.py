"""Sort queries of your own by one column, then by id, so that a page can start after any row.

The lists of a repository need none of this: they are declared with `sorts` (repository.py).

Rows without a value come last, or first in descending order, as in PostgreSQL: so one index
`(tenant_id, column, id)` serves both directions.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database.pagination import cut_page, decode_sorted, encode_sorted
from app.database.repository import Model, Repository
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
            value, last = decode_sorted(cursor, sort.name, sort.column.type.python_type)
            query = query.where(_behind(value, last, sort, self.model.id))
        columns = [sort.column, self.model.id]
        order = [column.desc() for column in columns] if sort.descending else columns
        rows = await self.all(query.order_by(*order).limit(limit + 1))
        name, key = sort.name, sort.column.key
        return cut_page(rows, limit, lambda row: encode_sorted(name, getattr(row, key), row.id))


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
