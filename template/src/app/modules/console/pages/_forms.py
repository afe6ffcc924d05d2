"""Forms of rows: made of the module's schemas, and shown again with what was wrong."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from app.core.languages import Text

from ._lists import options_of
from ._rows import heading, names_of
from .resources import Answer, Field, Labels, Resource, Sent, find_resources, raw_of
from .web import Visit, Words

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
        name = name.partition("/")[0]
        if place == "body" and name in names:
            errors.setdefault(name, each["detail"])
        else:
            others.append(each["detail"])
    if not errors and not others:
        taken = [name for name in names if answer.slug.endswith(f"-{name.replace('_', '-')}-taken")]
        if taken:
            errors[max(taken, key=len)] = str(answer.data["title"])
        else:
            others.append(str(answer.data["detail"]))
    return errors, others


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
        },
        status=status,
    )
