"""Pages for superusers: the state of the system, and the log of work across tenants."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from app.core.languages import Text, texts
from app.core.operations import SystemOperations
from app.core.permissions import SUPERUSER

from ._own import LIMIT, Line, Part, own_page
from ._platform import GROUP
from ._platform_jobs import status_name
from ._rows import moment
from .web import PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

SYSTEM, AUDIT = f"{PREFIX}/platform/system", f"{PREFIX}/platform/audit"
UNKNOWN = Text("not known here: the answers file is not in the image")
add_to_menu(
    Entry(Text("System"), SYSTEM, SUPERUSER, GROUP),
    Entry(Text("System's audit log"), AUDIT, SUPERUSER, GROUP),
)


@pages.get("/platform/system", SUPERUSER)
async def show_system(visit: Visit) -> Response:
    health, settings = await SystemOperations(visit.work).health(), visit.work.runtime.settings
    newer, current = texts("A newer release has migrated the database.", "Up to date.")
    return own_page(
        visit,
        Text("System"),
        Part(
            facts=[
                (Text("Environment"), settings.environment),
                (Text("Version of the API"), settings.openapi.version),
                (Text("Version of the standard"), health.release or UNKNOWN),
                (Text("PostgreSQL"), health.database),
                *_jobs(health.jobs),
            ]
        ),
        Part(
            title=Text("Workers"),
            columns=texts("Last sign of life"),
            empty=Text("No worker runs: jobs wait. Start one with app worker."),
            lines=[Line((moment(at.isoformat()),)) for at in health.workers],
        ),
        Part(
            title=Text("Migrations that are missing"),
            columns=texts("Title"),
            empty=newer if health.is_newer else current,
            lines=[Line((title,)) for title in health.missing],
        ),
    )


def _jobs(counts: Mapping[str, int]) -> list[tuple[Text, object]]:
    if not counts:
        return [(Text("Jobs"), Text("none"))]
    return [
        (Text("Jobs: {status}", status=status_name(status)), count)
        for status, count in sorted(counts.items())
    ]


@pages.get("/platform/audit", SUPERUSER)
async def show_system_audit(visit: Visit) -> Response:
    cursor = visit.request.query_params.get("cursor")
    rows = await SystemOperations(visit.work).audit(limit=LIMIT, cursor=cursor)
    last = urlencode({"cursor": rows.next_cursor}) if rows.next_cursor else ""
    return own_page(
        visit,
        Text("System's audit log"),
        Part(
            about=Text("What superusers and operators did across tenants, and why."),
            columns=texts("When", "Who", "Reason"),
            lines=[
                Line((moment(row.at.isoformat()), row.actor_id or Text("command line"), row.reason))
                for row in rows.items
            ],
            next=f"{AUDIT}?{last}" if last else "",
        ),
    )
