"""Jobs of all tenants, and those with a schedule, for superusers; each act is audited."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from app.core.errors import Conflict, NotFound
from app.core.jobs.operations import LIVE, UNSUCCESSFUL, QueuedJob
from app.core.languages import Text, texts
from app.core.operations import JobOperations, Periodic
from app.core.permissions import SUPERUSER
from app.core.worker.housekeeping import HOUSEKEEPING

from ._own import LIMIT, Act, Line, Part, own_page, query_of
from ._platform import GROUP
from ._rows import json_text, moment
from .resources import Field, Kind
from .web import NEVER, NO, PREFIX, YES, Entry, Pages, Visit, add_to_menu, choice_name

pages = Pages()

JOBS, PERIODIC = f"{PREFIX}/platform/jobs", f"{PREFIX}/platform/periodic"
BACK = Act(label=Text("Jobs"), path=JOBS)
STATUSES = (*LIVE, *UNSUCCESSFUL, "succeeded")
NAMES = {"todo": "waiting", "doing": "running"}
FILTERS = (
    Field(
        "status", Text("Status"), Kind.CHOICE, choices=(*NAMES.values(), *UNSUCCESSFUL, "succeeded")
    ),
    Field("name", Text("Name"), Kind.TEXT),
)
add_to_menu(
    Entry(Text("Jobs"), JOBS, SUPERUSER, GROUP),
    Entry(Text("Periodic jobs"), PERIODIC, SUPERUSER, GROUP),
)


class JobHasEnded(Conflict):
    """The job is in another state by now. Open its page to see what became of it."""

    title = "The job is in another state"


@pages.get("/platform/jobs", SUPERUSER)
async def show_jobs(visit: Visit) -> Response:
    """Show jobs that wait, run or failed; with a status also others."""
    query = query_of(visit, "status", "name")
    rows = await JobOperations(visit.work).list(
        statuses=_statuses(query.get("status", "")),
        name=query.get("name"),
        before=_number(visit.request.query_params.get("before", "")),
        limit=LIMIT + 1,
    )
    last = urlencode({**query, "before": str(rows[LIMIT - 1].id)}) if rows[LIMIT:] else ""
    return own_page(
        visit,
        Text("Jobs"),
        Part(
            filters=FILTERS,
            query=query,
            columns=texts("Number", "Name", "Status", "Attempts", "Since", "Tenant"),
            lines=[Line(_cells(row), _acts_on(row.id, row.status)) for row in rows[:LIMIT]],
            empty=Text("Nothing waits, runs or has failed.")
            if not query
            else Text("Nothing matches."),
            next=f"{JOBS}?{last}" if last else "",
        ),
    )


@pages.get("/platform/jobs/{job_id}", SUPERUSER)
async def show_job(visit: Visit) -> Response:
    job = await JobOperations(visit.work).find(_job_id(visit))
    if job is None:
        raise NotFound
    return own_page(
        visit,
        Text("Job {number}", number=job.id),
        Part(
            acts=_acts_on(job.id, job.status),
            facts=[
                (Text("Name"), job.name),
                (Text("Status"), status_name(job.status)),
                (Text("Attempts"), job.attempts),
                (Text("Queue"), job.queue),
                (Text("Begins"), _moment(job.scheduled_at)),
                (Text("Tenant"), job.tenant_id or "–"),
                (Text("For"), job.user_id or "–"),
                (Text("Trace"), job.trace_id or "–"),
                (Text("Arguments"), Markup("<pre>{}</pre>").format(json_text(job.arguments))),
            ],
        ),
        Part(
            title=Text("History"),
            columns=texts("When", "What"),
            lines=[Line((_moment(at), choice_name(kind))) for kind, at in job.history],
        ),
        back=BACK,
    )


@pages.post("/platform/jobs/{job_id}/retry", SUPERUSER)
async def retry_job(visit: Visit) -> Response:
    if not await JobOperations(visit.work).retry(_job_id(visit)):
        raise JobHasEnded
    return visit.go(JOBS, "done")


@pages.post("/platform/jobs/{job_id}/cancel", SUPERUSER)
async def cancel_job(visit: Visit) -> Response:
    if not await JobOperations(visit.work).cancel(_job_id(visit)):
        raise JobHasEnded
    return visit.go(JOBS, "done")


@pages.get("/platform/periodic", SUPERUSER)
async def show_periodic(visit: Visit) -> Response:
    rows = await JobOperations(visit.work).periodic(HOUSEKEEPING)
    return own_page(
        visit,
        Text("Periodic jobs"),
        Part(
            columns=texts("Name", "Schedule", "For each tenant", "Last ran", "Result", "Next"),
            lines=[Line(_periodic(row)) for row in rows],
        ),
    )


def _cells(row: QueuedJob) -> Sequence[object]:
    link = Markup('<a href="{}/{}">{}</a>').format(JOBS, row.id, row.id)
    status = status_name(row.status)
    tenant = row.tenant_id or "–"
    return link, row.name, status, row.attempts, _moment(row.changed_at), tenant


def _acts_on(job_id: int, status: str) -> list[Act]:
    path, about = f"{JOBS}/{job_id}", f"job {job_id}"
    if status in LIVE:
        cancel = f"{path}/cancel"
        return [Act(label=Text("Cancel"), path=cancel, about=about, is_post=True, is_danger=True)]
    if status in UNSUCCESSFUL:
        return [Act(label=Text("Retry"), path=f"{path}/retry", about=about, is_post=True)]
    return []


def _periodic(row: Periodic) -> Sequence[object]:
    return (
        row.name,
        row.cron,
        YES if row.each_tenant else NO,
        _moment(row.last_at) if row.last_at else NEVER,
        choice_name(row.status) if row.status else "–",
        _moment(row.next_at),
    )


def status_name(stored: str) -> Text:
    return choice_name(NAMES.get(stored, stored))


def _statuses(name: str) -> Sequence[str]:
    stored = {shown: status for status, shown in NAMES.items()}.get(name, name)
    return [stored] if stored in STATUSES else (*LIVE, *UNSUCCESSFUL)


def _moment(at: datetime | None) -> object:
    return moment(at.isoformat()) if at else "–"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _job_id(visit: Visit) -> int:
    """Raises NotFound."""
    number = _number(visit.request.path_params["job_id"])
    if number is None:
        raise NotFound
    return number
