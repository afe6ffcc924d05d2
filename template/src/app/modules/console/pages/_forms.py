"""Forms of rows: made of the module's schemas, and shown again with what was wrong."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from app.core.languages import Text

from ._lists import options_of
from ._rows import heading, names_of
from .resources import Answer, Field, Labels, Resource, Sent, find_resources, raw_of, title_of
from .web import Visit, Words, add_filter

LOOK_AT_FIELDS = Text("Look at the fields that are marked. Nothing was saved.")
FORM_STATUS = (400, 403, 404, 409, 412, 422)
"""Refusals by a rule are shown in the form; 403 is one, as the page has checked the permission."""


async def form_refused(
    visit: Visit,
    resource: Resource,
    fields: Iterable[Field],
    sent: Sent,
    answer: Answer,
    **options: Any,
) -> Response:
    """Show the form again, with each error at its field. Raises Refused."""
    if answer.status not in FORM_STATUS or (answer.status == 404 and not answer.data.get("errors")):
        answer.check()
    fields = list(fields)
    errors, others = placed(fields, answer)
    await visit.work.close()
    return await form_page(
        visit,
        resource,
        fields,
        sent.raw,
        errors=errors,
        problem=" ".join(others) or LOOK_AT_FIELDS,
        status=answer.status,
        **options,
    )


def placed(fields: Iterable[Field], answer: Answer) -> tuple[dict[str, str], list[str]]:
    """Return the errors by field, and those that belong to no field."""
    names = {each.name for each in fields}
    errors: dict[str, str] = {}
    others: list[str] = []
    for each in answer.data.get("errors", ()):
        place, _, name = str(each["pointer"]).lstrip("/").partition("/")
        name, _, rest = name.partition("/")
        if place == "body" and name in names:
            errors.setdefault(name, f"{_place(rest)}{each['detail']}")
        else:
            others.append(each["detail"])
    if not errors and not others:
        taken = [name for name in names if answer.slug.endswith(f"-{name.replace('_', '-')}-taken")]
        if taken:
            errors[max(taken, key=len)] = str(answer.data["title"])
        else:
            others.append(str(answer.data["detail"]))
    return errors, others


def _place(rest: str) -> str:
    """Return where in a list the error is: `2, price: `, counted from 1."""
    number, _, name = rest.partition("/")
    return f"{int(number) + 1}, {title_of(name)}: " if number.isdecimal() and name else ""


def differing(fields: Iterable[Field], sent: Sent, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored values of the fields whose text differs, for a look at both."""
    return {
        each.name: row.get(each.name)
        for each in fields
        if sent.raw[each.name] != raw_of(each, row.get(each.name))
    }


async def form_page(
    visit: Visit,
    resource: Resource,
    fields: Iterable[Field],
    raw: Mapping[str, str],
    *,
    row: Mapping[str, Any] | None = None,
    version: str = "",
    errors: Mapping[str, str] | None = None,
    stored: Mapping[str, Any] | None = None,
    problem: Words = "",
    status: int = 200,
) -> Response:
    fields = list(fields)
    labels = Labels(visit.request, find_resources(visit.request.app))
    return visit.page(
        *names_of(resource, "form.html"),
        resource=resource,
        fields=fields,
        raw=raw,
        row=row,
        heading=heading(resource, row),
        version=version,
        errors=errors or {},
        stored=stored or {},
        problem=problem,
        labels=await labels.find(fields, [stored] if stored else []),
        options={
            each.name: await options_of(visit, each, raw.get(each.name, ""))
            for each in fields
            if each.target
        }
        | {
            f"{each.name}.{one.name}": await options_of_rows(visit, each, one, raw)
            for each in fields
            for one in each.rows
            if one.target
        },
        status=status,
    )


async def options_of_rows(
    visit: Visit, field: Field, one: Field, raw: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return what each row of a list can choose from: the newest, and what is chosen in any."""
    chosen = {row[one.name]: None for row in json.loads(raw.get(field.name) or "[]")}
    found = dict(await options_of(visit, one, ""))
    for row_id in filter(None, chosen):
        found |= {} if row_id in found else dict(await options_of(visit, one, row_id))
    return [*found.items()]


@add_filter
def raw_rows(text: str) -> Any:
    """Return the texts of each row in a list's text."""
    return json.loads(text or "[]")
