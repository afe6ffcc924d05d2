"""The tenant's audit log: who did what, when, and what it changed."""

from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from app.core.languages import Text, texts

from ._lists import options_of
from ._own import Line, Part, next_of, own_page, paged, query_of, read
from ._rows import json_text, moment
from .resources import Field, Kind, Labels, find_resources
from .web import PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

PATH = f"{PREFIX}/audit"
TIMES = ("at_from", "at_until")
PERSON = Field("actor_id", Text("Person"), Kind.ID, target="users")
FILTERS = (
    PERSON,
    Field("action", Text("Action"), Kind.TEXT, hint=Text("members.*")),
    Field("at_from", Text("From (UTC)"), Kind.MOMENT),
    Field("at_until", Text("Until (UTC)"), Kind.MOMENT),
    Field("subject_id", Text("Id of the row"), Kind.ID),
)
add_to_menu(Entry(Text("Audit log"), PATH, "audit:read", Text("Organisation")))


SYSTEM = {"system": Text("the system")}


@pages.get("/audit")
async def show_audit_log(visit: Visit) -> Response:
    query = query_of(visit, *(each.name for each in FILTERS))
    asked = {name: _moment(value) if name in TIMES else value for name, value in query.items()}
    answer = await read(visit, "audit", query=paged(visit, asked))
    labels = Labels(visit.request, find_resources(visit.request.app))
    people = [row for row in answer.data["items"] if row["actor"] == "user"]
    await labels.find([PERSON], people)
    return own_page(
        visit,
        Text("Audit log"),
        Part(
            filters=FILTERS,
            query=query,
            options={"actor_id": await options_of(visit, PERSON, query.get("actor_id", ""))},
            columns=texts("When", "Who", "Action", "Row", "Changes", "From"),
            lines=[Line(_cells(row, labels)) for row in answer.data["items"]],
            empty=Text("Nothing matches.") if query else Text("Nothing has been done yet."),
            next=next_of(visit, answer, query),
        ),
    )


def differences(changes: Any) -> Markup:
    """Return what was changed, as a list: the old value struck out, then the new one."""
    items = (
        Markup("<li><b>{}</b>: {}</li>").format(name, _old_and_new(change))
        for name, change in changes.items()
    )
    return Markup('<ul class="changes">{}</ul>').format(Markup("").join(items))


def _old_and_new(change: Any) -> Markup:
    if not isinstance(change, dict) or not {"old", "new"} & change.keys():
        return Markup("{}").format(change)
    shown = []
    if change.get("old") is not None:
        shown.append(Markup("<del>{}</del>").format(_text(change["old"])))
    if change.get("new") is not None:
        shown.append(Markup("<ins>{}</ins>").format(_text(change["new"])))
    return Markup(" ").join(shown)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _cells(row: Any, labels: Labels) -> tuple[object, ...]:
    who = labels.of(row["actor_id"]) if row["actor_id"] else SYSTEM.get(row["actor"], row["actor"])
    subject = f"{row['subject'] or ''} {row['subject_id'] or ''}".strip()
    return (
        moment(row["at"]),
        who if row["actor"] != "api_key" else Text("API key {name}", name=who),
        row["action"],
        subject or "–",
        differences(row["changes"]) if row["changes"] else "–",
        row["address"] or "–",
    )


def _moment(text: str) -> str:
    """Return a moment of UTC: browsers send no zone, and no seconds where they are 0."""
    return f"{text}Z" if text[-1:].isdigit() and "+" not in text else text
