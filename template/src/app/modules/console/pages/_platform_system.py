"""How the system is, and what was done across tenants, for superusers."""

from urllib.parse import urlencode

from starlette.responses import Response

from app.core.operations import SystemOperations
from app.core.permissions import SUPERUSER

from ._own import LIMIT, Line, Part, own_page
from ._platform import GROUP
from ._rows import moment
from .web import PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

SYSTEM, AUDIT = f"{PREFIX}/platform/system", f"{PREFIX}/platform/audit"
UNKNOWN = "not known here: the answers file is not in the image"
add_to_menu(
    Entry("System", SYSTEM, SUPERUSER, GROUP),
    Entry("System's audit log", AUDIT, SUPERUSER, GROUP),
)


@pages.get("/platform/system", SUPERUSER)
async def show_system(visit: Visit) -> Response:
    health, settings = await SystemOperations(visit.work).health(), visit.work.runtime.settings
    migrations = "A newer release has migrated the database." if health.is_newer else "Up to date."
    jobs = (f"{count} {status}" for status, count in sorted(health.jobs.items()))
    return own_page(
        visit,
        "System",
        Part(
            facts=[
                ("Environment", settings.environment),
                ("Version of the API", settings.openapi.version),
                ("Version of the standard", health.release or UNKNOWN),
                ("PostgreSQL", health.database),
                ("Jobs", ", ".join(jobs) or "none"),
            ]
        ),
        Part(
            title="Workers",
            columns=("Last sign of life",),
            empty="No worker runs: jobs wait. Start one with app worker.",
            lines=[Line((moment(at.isoformat()),)) for at in health.workers],
        ),
        Part(
            title="Migrations that are missing",
            columns=("Title",),
            empty=migrations,
            lines=[Line((title,)) for title in health.missing],
        ),
    )


@pages.get("/platform/audit", SUPERUSER)
async def show_system_audit(visit: Visit) -> Response:
    cursor = visit.request.query_params.get("cursor")
    rows = await SystemOperations(visit.work).audit(limit=LIMIT, cursor=cursor)
    last = urlencode({"cursor": rows.next_cursor}) if rows.next_cursor else ""
    return own_page(
        visit,
        "System's audit log",
        Part(
            about="What superusers and operators did across tenants, and why.",
            columns=("When", "Who", "Reason"),
            lines=[
                Line((moment(row.at.isoformat()), row.actor_id or "command line", row.reason))
                for row in rows.items
            ],
            next=f"{AUDIT}?{last}" if last else "",
        ),
    )
