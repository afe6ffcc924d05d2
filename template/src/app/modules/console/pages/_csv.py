"""Files of rows, where the module has CSV: an export to save, and an import with its report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.http import streamed
from app.core.languages import Text
from app.core.permissions import SIGNED_IN

from ._rows import names_of, resource_of, row_id_of
from .resources import Action, Answer, Field, Resource, call, whole
from .web import Pages, Visit, Words, upload

pages = Pages()

CHOOSE = Text("Choose a file.")
REPORTED = (413, 422, 429)
NOT_EXPORTED = ("limit", "cursor")


@dataclass(frozen=True)
class Fault:
    """An error at a line of the file."""

    line: str
    field: Words
    detail: str


def export_url(visit: Visit, resource: Resource, query: Mapping[str, str]) -> str:
    """Return where the API exports the list as it is shown, or nothing without an export."""
    action = resource.files.get("export")
    if action is None or not visit.may(action.guard):
        return ""
    kept = {name: value for name, value in query.items() if name not in NOT_EXPORTED}
    return action.route.path_format + (f"?{urlencode(kept)}" if kept else "")


@pages.get("/data/{key}/import")
async def show_import(visit: Visit) -> Response:
    resource = resource_of(visit)
    _importing(visit, resource)
    created = visit.request.query_params.get("created", "")
    return _page(visit, resource, created=created if created.isdecimal() else "")


@pages.post("/data/{key}/import", mark=streamed)
async def import_rows(visit: Visit) -> Response:
    """Import the file in the page's transaction, which a refusal rolls back, or by a job."""
    resource = resource_of(visit)
    action = _importing(visit, resource)
    limits = visit.work.runtime.settings.csv
    content = await upload(
        visit.request, "file", most=limits.max_bytes, seconds=limits.upload_seconds
    )
    if not content:
        return _page(visit, resource, problem=CHOOSE, status=422)
    answer = await call(visit.request, action, file=whole(content), kind="text/csv")
    if answer.is_ok and answer.data["id"]:
        return visit.go(f"{resource.path}/imports/{answer.data['id']}")
    if answer.is_ok:
        return visit.go(f"{resource.path}/import?created={answer.data['created']}")
    if answer.status not in REPORTED:
        answer.check()
    await visit.work.close()
    faults = _faults(resource, _pointed(answer))
    detail = str(answer.data["detail"])
    return _page(visit, resource, problem=detail, faults=faults, status=answer.status)


@pages.get("/data/{key}/imports/{row_id}")
async def show_report(visit: Visit) -> Response:
    """Show what became of a file that a job imports."""
    resource, import_id = resource_of(visit), row_id_of(visit)
    _importing(visit, resource)
    answer = (await call(visit.request, resource.files["report"], row_id=import_id)).check()
    faults = _faults(resource, answer.data["errors"])
    return _page(visit, resource, report=answer.data, faults=faults)


def _importing(visit: Visit, resource: Resource) -> Action:
    """Return the route. Raises NotFound if there is none, Forbidden without its permission."""
    action = resource.files.get("import")
    if action is None:
        raise NotFound
    visit.work.require_guard(action.guard or SIGNED_IN)
    return action


def _pointed(answer: Answer) -> Iterable[Mapping[str, Any]]:
    """Yield the errors of a problem, which point at `/lines/4/number`."""
    for each in answer.data.get("errors", ()):
        _, place, *steps = str(each["pointer"]).split("/") if each["pointer"] else ("", "")
        if place == "lines":
            line, field = (*steps, "", "")[:2]
            yield {"line": line, "field": field, "detail": each["detail"]}


def _faults(resource: Resource, errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    labels: dict[str, Words] = {each.name: each.label for each in resource.create_fields}
    return [
        Fault(str(each["line"]), labels.get(each["field"], each["field"]), each["detail"])
        for each in errors
    ]


def _page(
    visit: Visit,
    resource: Resource,
    *,
    report: Mapping[str, Any] | None = None,
    created: str = "",
    problem: Words = "",
    faults: Iterable[Fault] = (),
    status: int = 200,
) -> Response:
    fields: tuple[Field, ...] = resource.create_fields
    return visit.page(
        *names_of(resource, "import.html"),
        resource=resource,
        fields=fields,
        report=report,
        created=created,
        problem=problem,
        faults=list(faults),
        status=status,
    )
