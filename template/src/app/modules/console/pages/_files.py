"""Rows that are files: an upload, and a link to save them."""

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.http import streamed
from app.core.languages import Text
from app.core.permissions import SIGNED_IN

from ._rows import names_of, resource_of
from .resources import Action, Resource, call
from .web import Pages, SentFile, Visit, Words

pages = Pages()

CHOOSE = Text("Choose a file.")
REPORTED = (408, 413, 415, 422, 429)


@pages.get("/data/{key}/upload")
async def show_upload(visit: Visit) -> Response:
    resource = resource_of(visit)
    _uploading(visit, resource)
    return _page(visit, resource)


@pages.post("/data/{key}/upload", mark=streamed)
async def upload_file(visit: Visit) -> Response:
    """Pass the file on to the route as it arrives, which limits its size and time."""
    resource = resource_of(visit)
    action = _uploading(visit, resource)
    await visit.work.close()  # no transaction is open while the file arrives
    file = SentFile(visit.request, "file")
    await file.begin(seconds=visit.work.runtime.settings.http.timeout_seconds)
    if not file.name:
        return _page(visit, resource, problem=CHOOSE, status=422)
    answer = await call(
        visit.request,
        action,
        query={"name": file.name},
        file=file.pieces(),
        kind="application/octet-stream",
    )
    if answer.is_ok:
        return visit.go(f"{resource.path}/{answer.data['id']}", "created")
    if answer.status not in REPORTED:
        answer.check()
    await visit.work.close()
    errors = [str(each["detail"]) for each in answer.data.get("errors", ())]
    problem = " ".join(errors) or str(answer.data["detail"])
    return _page(visit, resource, problem=problem, status=answer.status)


def _uploading(visit: Visit, resource: Resource) -> Action:
    """Return the route. Raises NotFound if there is none, Forbidden without its permission."""
    action = resource.files.get("upload")
    if action is None:
        raise NotFound
    visit.work.require_guard(action.guard or SIGNED_IN)
    return action


def _page(visit: Visit, resource: Resource, *, problem: Words = "", status: int = 200) -> Response:
    names = names_of(resource, "upload.html")
    return visit.page(*names, resource=resource, problem=problem, status=status)
