"""Exports a list, page by page, as the actor who asked for it."""

import csv
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, get_args

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.core.unit_of_work import UnitOfWork

from ._calls import Call
from ._cells import cell_of

PAGE = 500
BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""


class CsvResponse(StreamingResponse):
    """A file of comma-separated values (RFC 4180)."""

    media_type = "text/csv"


class Export:
    """Exports what the function of a list's route returns, with the same filters and sorts.

    `private` has fields that are left out, such as `notes`, or `lines.notes` of objects in a list.
    """

    def __init__(self, name: str, list_all: Call, private: Collection[str] = ()) -> None:
        self.name = name
        self.list = list_all
        self.row: type[BaseModel] = _row_of(list_all)
        self.columns = [column for column in self.row.model_fields if column not in private]
        within = (name.partition(".") for name in private)
        self._private: dict[str, set[str]] = {}
        for name, _, inner in within:
            self._private.setdefault(name, set()).add(inner)

    async def answer(self, work: UnitOfWork, arguments: Mapping[str, Any]) -> CsvResponse:
        """Return the file. The first page is read at once, so that a refusal has its status."""
        query = {name: value for name, value in arguments.items() if name not in self.list.services}
        page = await self.list(**arguments, limit=PAGE, cursor=None)
        disposition = {"content-disposition": f'attachment; filename="{self.name}.csv"'}
        return CsvResponse(self._pieces(work, query, page), headers=disposition)

    async def _pieces(
        self, work: UnitOfWork, query: Mapping[str, Any], page: Any
    ) -> AsyncIterator[str]:
        """Yield a piece for each page. Each has a transaction of its own, which waits for nobody.

        The request's transaction ends before the first piece is sent.
        """
        yield BYTE_ORDER_MARK + written([self.columns])
        while True:
            yield written(map(self._cells, page.items))
            if page.next_cursor is None:
                return
            async with work.within(work.tenant) as unit:
                services = self.list.services_of(unit)
                page = await self.list(**services, **query, limit=PAGE, cursor=page.next_cursor)

    def _cells(self, row: BaseModel) -> list[str]:
        values = row.model_dump()
        for name in self._private.keys() & values.keys():
            if isinstance(values[name], list):
                values[name] = [_without(self._private[name], each) for each in values[name]]
        return [cell_of(values[name]) for name in self.columns]


def _without(private: Collection[str], value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if name not in private}


def written(rows: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _row_of(list_all: Call) -> type[BaseModel]:
    """Return the schema of a row. Raises TypeError."""
    items = getattr(list_all.answers, "model_fields", {}).get("items")
    for kind in get_args(items.annotation) if items else ():
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    raise TypeError(f"{list_all.endpoint.__name__} does not return a Page of rows")
