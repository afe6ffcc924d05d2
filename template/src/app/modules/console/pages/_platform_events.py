"""Events and their deliveries to subscribers, of all tenants, for superusers."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.events.models import Status
from app.core.events.operations import UNSUCCESSFUL, Delivered
from app.core.languages import Text, texts
from app.core.operations import EventOperations
from app.core.permissions import SUPERUSER

from ._own import LIMIT, Act, Line, Part, id_of, own_page, query_of
from ._platform import GROUP
from ._rows import moment
from .resources import Field, Kind
from .web import PREFIX, Entry, Pages, Visit, add_to_menu, choice_name

pages = Pages()

PATH = f"{PREFIX}/platform/events"
FILTERS = (Field("status", Text("Status"), Kind.CHOICE, choices=tuple(Status)),)
add_to_menu(Entry(Text("Events"), PATH, SUPERUSER, GROUP))


@pages.get("/platform/events", SUPERUSER)
async def show_events(visit: Visit) -> Response:
    """Show deliveries that failed or were skipped; with a status also others."""
    query = query_of(visit, "status")
    status = query.get("status", "")
    rows = await EventOperations(visit.work).list(
        statuses=[status] if status in set(Status) else UNSUCCESSFUL,
        before=_id(visit.request.query_params.get("before", "")),
        limit=LIMIT + 1,
    )
    shown = _whole_events(rows)
    last = urlencode({**query, "before": str(shown[-1].event_id)}) if rows[LIMIT:] else ""
    return own_page(
        visit,
        Text("Events"),
        Part(
            about=Text(
                "Deliveries of events to subscribers. Those that failed have no attempts left."
            ),
            filters=FILTERS,
            query=query,
            columns=texts("When", "Event", "Subscriber", "Status", "Attempts", "Error", "Tenant"),
            lines=[Line(_cells(row), _acts_on(row)) for row in shown],
            empty=Text("No delivery failed.") if not query else Text("Nothing matches."),
            next=f"{PATH}?{last}" if last else "",
        ),
    )


@pages.post("/platform/events/{row_id}/repeat", SUPERUSER)
async def repeat_event(visit: Visit) -> Response:
    """Deliver it again to the subscribers that could not handle it."""
    if not await EventOperations(visit.work).resubmit(id_of(visit)):
        raise NotFound
    return visit.go(PATH, "done")


@pages.post("/platform/events/{row_id}/archive", SUPERUSER)
async def archive_event(visit: Visit) -> Response:
    if not await EventOperations(visit.work).archive(id_of(visit)):
        raise NotFound
    return visit.go(PATH, "done")


def _whole_events(rows: Sequence[Delivered]) -> Sequence[Delivered]:
    """Cut the page between two events: the next one begins with an event."""
    if len(rows) <= LIMIT:
        return rows
    cut = [row for row in rows if row.event_id != rows[LIMIT].event_id]
    return cut or rows[:LIMIT]


def _cells(row: Delivered) -> Sequence[object]:
    return (
        moment(row.occurred_at.isoformat()),
        row.name,
        row.handler,
        choice_name(row.status),
        row.attempts,
        row.error or "–",
        row.tenant_id or "–",
    )


def _acts_on(row: Delivered) -> list[Act]:
    if row.status not in UNSUCCESSFUL:
        return []
    path, about = f"{PATH}/{row.event_id}", f"{row.name} of {row.occurred_at:%Y-%m-%d %H:%M}"
    return [
        Act(label=Text("Repeat"), path=f"{path}/repeat", about=about, is_post=True),
        Act(
            label=Text("Give up"), path=f"{path}/archive", about=about, is_post=True, is_danger=True
        ),
    ]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
