"""Lists of rows, and what a picker finds among them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.responses import JSONResponse
from starlette.responses import Response

from ._csv import export_url
from ._rows import names_of, resource_of
from .resources import Answer, Field, Labels, Resource, call, find_resources, label_of
from .web import Pages, Visit

pages = Pages()

LIMIT = 50
FOUND = 20
SEARCHED = 10
"""A picker looks at this many pages of a hundred rows, newest first."""


@pages.get("/data/{key}")
async def show_list(visit: Visit) -> Response:
    """Show a page of the rows, with the filters and sorts of the API."""
    resource = resource_of(visit)
    query = {name: value for name, value in visit.request.query_params.items() if value}
    query.pop("note", None)
    answer = await call(visit.request, resource.list, query={"limit": str(LIMIT)} | query)
    if answer.status in (401, 403, 404, 429) or answer.status >= 500:
        answer.check()
    rows = answer.data["items"] if answer.is_ok else []
    labels = await Labels(visit.request, find_resources(visit.request.app)).find(
        [*resource.columns, *resource.filters], [*rows, query]
    )
    return visit.page(
        *names_of(resource, "list.html"),
        resource=resource,
        rows=[_line(resource, row) for row in rows],
        labels=labels,
        query=query,
        export_url=export_url(visit, resource, query),
        options={
            each.name: await options_of(visit, each, query.get(each.name, ""))
            for each in resource.filters
            if each.target
        },
        problem="" if answer.is_ok else _sentence(answer),
        next=_next(resource, query, answer),
        sorted_by=lambda field: _sort(resource, query, field),
        is_filtered=any(each.name in query for each in resource.filters),
        status=200 if answer.is_ok else answer.status,
    )


@pages.get("/pick/{key}")
async def find_rows(visit: Visit) -> Response:
    """Return rows whose name contains what was typed, for a picker."""
    resource = resource_of(visit)
    wanted = visit.request.query_params.get("q", "").strip()[:200]
    return JSONResponse(
        [{"id": each, "label": name} for each, name in await _find(visit, resource, wanted)]
    )


async def options_of(visit: Visit, field: Field, chosen: str) -> list[tuple[str, str]]:
    """Return ids and names to choose from: the newest rows, and the chosen one."""
    resources = find_resources(visit.request.app)
    resource = resources[field.target]
    if not visit.may(resource.list.guard):
        return [(chosen, chosen)] if chosen else []
    if field.target not in visit.found:
        visit.found[field.target] = await _find(visit, resource, "")
    found = list(visit.found[field.target])
    if chosen and chosen not in dict(found):
        labels = await Labels(visit.request, resources).find([field], [{field.name: chosen}])
        found.insert(0, (chosen, labels.of(chosen)))
    return found


async def _find(visit: Visit, resource: Resource, wanted: str) -> list[tuple[str, str]]:
    """Search the rows as the person may list them. An id is found wherever it is."""
    found: list[tuple[str, str]] = []
    cursor: str | None = ""
    if _is_id(wanted) and resource.can("read"):
        answer = await call(visit.request, resource.actions["read"], row_id=UUID(wanted))
        return [(wanted, label_of(resource, answer.data))] if answer.is_ok else []
    if wanted and any(each.name == "search" for each in resource.filters):
        found = await _search(visit, resource, wanted)
    for _ in range(0 if found else SEARCHED if wanted else 1):
        query = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        answer = (await call(visit.request, resource.list, query=query)).check()
        named = ((str(row["id"]), label_of(resource, row)) for row in answer.data["items"])
        found += [each for each in named if wanted.lower() in each[1].lower()]
        cursor = answer.data["next_cursor"]
        if cursor is None or (wanted and len(found) >= FOUND):
            break
    return found[:FOUND] if wanted else found


async def _search(visit: Visit, resource: Resource, wanted: str) -> list[tuple[str, str]]:
    """Return what the search of the module's list finds: the beginnings of words, in any row."""
    answer = await call(visit.request, resource.list, query={"limit": str(FOUND), "search": wanted})
    rows = answer.data["items"] if answer.is_ok else []
    return [(str(row["id"]), label_of(resource, row)) for row in rows]


def _line(resource: Resource, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with its name, and what the module shows in columns of its own."""
    cells = resource.console.cells
    typed = resource.row.model_validate(row) if cells else None
    return {
        "row": row,
        "label": label_of(resource, row),
        "cells": {name: show(typed) for name, show in cells.items()},
    }


def _next(resource: Resource, query: Mapping[str, str], answer: Answer) -> str:
    cursor = answer.data["next_cursor"] if answer.is_ok else None
    return f"{resource.path}?{urlencode({**query, 'cursor': cursor})}" if cursor else ""


def _sort(resource: Resource, query: Mapping[str, str], field: Field) -> dict[str, str] | None:
    """Return where the column's heading leads, and how the list is sorted by it now."""
    if field.name not in resource.sorts:
        return None
    now = query.get("sort", "")
    states = {field.name: "ascending", f"-{field.name}": "descending"}
    wanted = f"-{field.name}" if now == field.name else field.name
    kept = {name: value for name, value in query.items() if name not in ("sort", "cursor")}
    return {
        "url": f"{resource.path}?{urlencode({**kept, 'sort': wanted})}",
        "state": states.get(now, ""),
    }


def _sentence(answer: Answer) -> str:
    errors = answer.data.get("errors", ())
    named = [f"{each['pointer'].rpartition('/')[2]}: {each['detail']}" for each in errors]
    return "; ".join(named) or str(answer.data["detail"])


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
