"""Name a row in links, pickers and headings."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import Request

from ._calls import call
from ._fields import Field, Kind
from ._find import Resource

NAMES = ("name", "title", "label", "full_name", "number", "subject", "code", "email", "key")
FEW = 3
MOST_READ = 10
A_PAGE = "100"


def label_of(resource: Resource, row: Mapping[str, Any]) -> str:
    """Return the row's name: what the module says, a field that is a name, or the first text."""
    if resource.console.label is not None:
        return str(resource.console.label(resource.row.model_validate(row)))
    texts = [each.name for each in resource.fields if each.kind in (Kind.TEXT, Kind.LONG_TEXT)]
    for name in (*NAMES, *texts):
        if (value := row.get(name)) and isinstance(value, str):
            return value
    return str(row.get("id", ""))[:13]


class Labels:
    """The names of rows that others refer to, read as the person who looks at the page."""

    def __init__(self, request: Request, resources: Mapping[str, Resource]) -> None:
        self.request = request
        self.resources = resources
        self.by_id: dict[str, str] = {}

    async def find(self, fields: Iterable[Field], rows: Iterable[Mapping[str, Any]]) -> "Labels":
        """Read the names for these rows; what may not be read, or is far down, keeps its id."""
        wanted: dict[str, set[str]] = {}
        shown = list(rows)
        for field in fields:
            within = [one for row in shown if field.rows for one in row.get(field.name) or ()]
            for each, rows in [(field, shown), *((one, within) for one in field.rows)]:
                if each.target:
                    ids = {str(row[each.name]) for row in rows if row.get(each.name)}
                    wanted.setdefault(each.target, set()).update(ids)
        for key, ids in wanted.items():
            await self._find(self.resources[key], ids)
        return self

    def of(self, row_id: Any) -> str:
        return self.by_id.get(str(row_id), str(row_id))

    async def _find(self, resource: Resource, ids: set[str]) -> None:
        missing = ids - self.by_id.keys()
        if len(missing) > FEW:
            answer = await call(self.request, resource.list, query={"limit": A_PAGE})
            for row in answer.data["items"] if answer.is_ok else ():
                self.by_id[str(row["id"])] = label_of(resource, row)
            missing = ids - self.by_id.keys()
        if resource.can("read"):
            for row_id in sorted(missing)[:MOST_READ]:
                answer = await call(self.request, resource.actions["read"], row_id=UUID(row_id))
                if answer.is_ok:
                    self.by_id[row_id] = label_of(resource, answer.data)
