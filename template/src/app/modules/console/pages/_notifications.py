"""A person's notifications, and how they come; shown where the module was chosen."""

from typing import Any

from markupsafe import Markup, escape
from starlette.responses import Response

from app.core.languages import Text, texts

from ._own import (
    Act,
    Form,
    Line,
    Part,
    action_of,
    do,
    id_of,
    next_of,
    own_page,
    paged,
    query_of,
    read,
)
from ._rows import moment
from .web import NO, PREFIX, YES, Entry, Pages, Visit, add_to_menu

pages = Pages()

PATH = f"{PREFIX}/notifications"
BACK = Act(label=Text("Notifications"), path=PATH)
add_to_menu(Entry(Text("Notifications"), PATH, "notifications:read", Text("You")))


@pages.get("/notifications")
async def show_notifications(visit: Visit) -> Response:
    query = query_of(visit, "unread")
    answer = await read(visit, "notifications", query=paged(visit, query))
    preferences = (await read(visit, "notifications/preferences")).data
    kinds = sorted({row["kind"] for row in [*answer.data["items"], *preferences]})
    only = Act(label=Text("Unread only"), path=f"{PATH}?unread=true")
    everything = Act(label=Text("Show all"), path=PATH)
    all_read = Act(label=Text("Mark all as read"), path=f"{PATH}/read", is_post=True)
    return own_page(
        visit,
        Text("Notifications"),
        Part(
            acts=[everything if query else only, all_read],
            columns=texts("When", "What"),
            lines=[Line(_cells(row), [_act_on(row)]) for row in answer.data["items"]],
            next=next_of(visit, answer, query),
        ),
        Part(
            title=Text("How they come"),
            columns=texts("Kind", "In the app", "By e-mail"),
            empty=Text("Nothing was sent to you yet."),
            lines=[_preference(kind, preferences) for kind in kinds],
        ),
    )


@pages.post("/notifications/read")
async def mark_all_read(visit: Visit) -> Response:
    await do(visit, "POST", "notifications/read")
    return visit.go(PATH, "done")


@pages.post("/notifications/{row_id}/read")
async def mark_read(visit: Visit) -> Response:
    await do(visit, "PUT", "notifications/{notification_id}/read", id_of(visit))
    return visit.go(PATH, "done")


@pages.post("/notifications/{row_id}/unread")
async def mark_unread(visit: Visit) -> Response:
    await do(visit, "DELETE", "notifications/{notification_id}/read", id_of(visit))
    return visit.go(PATH, "done")


@pages.get("/notifications/preferences/{kind}")
async def show_preference(visit: Visit) -> Response:
    preferences = (await read(visit, "notifications/preferences")).data
    kind = visit.request.path_params["kind"]
    stored = {"in_app": True, "by_email": True}
    return _preference_form(visit).show(
        visit, next((row for row in preferences if row["kind"] == kind), stored)
    )


@pages.post("/notifications/preferences/{kind}")
async def change_preference(visit: Visit) -> Response:
    kind = visit.request.path_params["kind"]
    answer = await _preference_form(visit).send(visit, row_id=kind)
    return answer if isinstance(answer, Response) else visit.go(PATH, "changed")


def _preference_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "PUT", "notifications/preferences/{kind}"),
        heading=Text("Notifications: {kind}", kind=visit.request.path_params["kind"]),
        button=Text("Save"),
        back=BACK,
        changes={"in_app": {"label": Text("In the app")}, "by_email": {"label": Text("By e-mail")}},
    )


def _cells(row: Any) -> tuple[object, ...]:
    title = escape(row["title"]) if row["read_at"] else Markup("<b>{}</b>").format(row["title"])
    if str(row["link"]).startswith(("https://", "http://", "/")):
        title = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(row["link"], title)
    body = Markup("<br>{}").format(row["body"]) if row["body"] else escape("")
    return moment(row["created_at"]), title + body


def _act_on(row: Any) -> Act:
    unread, read = texts("Mark as unread", "Mark as read")
    verb, label = ("unread", unread) if row["read_at"] else ("read", read)
    return Act(label=label, path=f"{PATH}/{row['id']}/{verb}", about=row["title"], is_post=True)


def _preference(kind: str, preferences: Any) -> Line:
    row: dict[str, Any] = next((each for each in preferences if each["kind"] == kind), {})
    ways = (YES if row.get(way, True) else NO for way in ("in_app", "by_email"))
    change = Act(label=Text("Change"), path=f"{PATH}/preferences/{kind}", about=kind)
    return Line((kind, *ways), [change])
