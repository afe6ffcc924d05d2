"""Create, read, change and delete rows, with forms that are made of the module's schemas."""

from typing import Any

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.languages import Text
from app.core.permissions import SIGNED_IN

from ._forms import differing, form_page, form_refused
from ._rows import heading, names_of, read_row, resource_of, row_id_of
from .resources import (
    Action,
    Answer,
    Labels,
    Resource,
    call,
    find_resources,
    raw_of,
    read_form,
)
from .web import Pages, Visit, Words

pages = Pages()

CHANGED_MEANWHILE = Text(
    "Somebody else changed this since you opened it, and nothing of yours was saved. The fields"
    " that differ show what is stored now. Save again to keep yours, or leave to keep theirs."
)


@pages.get("/data/{key}/new")
async def show_create(visit: Visit) -> Response:
    resource = resource_of(visit)
    _action(visit, resource, "create")
    raw = {each.name: raw_of(each, each.default) for each in resource.create_fields}
    given = {name: value for name, value in visit.request.query_params.items() if name in raw}
    return await form_page(visit, resource, resource.create_fields, {**raw, **given})


@pages.post("/data/{key}/new")
async def create(visit: Visit) -> Response:
    resource = resource_of(visit)
    action = _action(visit, resource, "create")
    sent = read_form(resource.create_fields, await visit.form())
    answer = await call(visit.request, action, body=sent.body)
    if answer.is_ok:
        row_id = answer.data.get("id") if isinstance(answer.data, dict) else None
        return _done(visit, resource, action, answer, row_id, "created")
    return await form_refused(visit, resource, resource.create_fields, sent, answer)


@pages.get("/data/{key}/{row_id}")
async def show_row(visit: Visit) -> Response:
    resource, row_id = resource_of(visit), row_id_of(visit)
    row = (await read_row(visit, resource, row_id)).data
    labels = await Labels(visit.request, find_resources(visit.request.app)).find(
        resource.fields, [row]
    )
    return visit.page(
        *names_of(resource, "row.html"),
        resource=resource,
        row=row,
        heading=heading(resource, row),
        labels=labels,
    )


@pages.get("/data/{key}/{row_id}/change")
async def show_change(visit: Visit) -> Response:
    resource, row_id = resource_of(visit), row_id_of(visit)
    _action(visit, resource, "change")
    read = await read_row(visit, resource, row_id)
    raw = {each.name: raw_of(each, read.data.get(each.name)) for each in resource.change_fields}
    return await form_page(
        visit, resource, resource.change_fields, raw, row=read.data, version=read.version
    )


@pages.post("/data/{key}/{row_id}/change")
async def change(visit: Visit) -> Response:
    """Save what differs from the row, unless somebody else changed it since the form was opened."""
    resource, row_id = resource_of(visit), row_id_of(visit)
    action = _action(visit, resource, "change")
    form = await visit.form()
    read = await call(visit.request, resource.actions["read"], row_id=row_id)
    version = form.get("version", "")
    is_old = read.is_ok and version != read.version
    sent = read_form(resource.change_fields, form, read.data if read.is_ok and not is_old else None)
    if not read.is_ok:
        return await form_refused(visit, resource, resource.change_fields, sent, read)
    if not is_old and not sent.body:
        return visit.go(f"{resource.path}/{row_id}", "changed")
    if not is_old:
        answer = await call(
            visit.request, action, row_id=row_id, body=sent.body, version=read.version
        )
        if answer.is_ok:
            return visit.go(f"{resource.path}/{row_id}", "changed")
        if not answer.is_outdated:
            return await form_refused(
                visit,
                resource,
                resource.change_fields,
                sent,
                answer,
                row=read.data,
                version=version,
            )
        await visit.work.close()
        read = await read_row(visit, resource, row_id)
    return await form_page(
        visit,
        resource,
        resource.change_fields,
        sent.raw,
        row=read.data,
        version=read.version,
        problem=CHANGED_MEANWHILE,
        stored=differing(resource.change_fields, sent, read.data),
        status=409,
    )


@pages.get("/data/{key}/{row_id}/delete")
async def show_delete(visit: Visit) -> Response:
    resource, row_id = resource_of(visit), row_id_of(visit)
    _action(visit, resource, "delete")
    read = await read_row(visit, resource, row_id) if resource.can("read") else None
    return _delete_page(visit, resource, read)


@pages.post("/data/{key}/{row_id}/delete")
async def delete(visit: Visit) -> Response:
    resource, row_id = resource_of(visit), row_id_of(visit)
    action = _action(visit, resource, "delete")
    version = (await visit.form()).get("version", "")
    answer = await call(visit.request, action, row_id=row_id, version=version)
    if answer.is_ok:
        return visit.go(resource.path, "deleted")
    if answer.status != 409 and not answer.is_outdated:
        answer.check()
    await visit.work.close()
    read = await read_row(visit, resource, row_id) if resource.can("read") else None
    problem = CHANGED_MEANWHILE if answer.is_outdated else str(answer.data["detail"])
    return _delete_page(visit, resource, read, problem=problem, status=409)


@pages.post("/data/{key}/{row_id}/do/{verb}")
async def do(visit: Visit) -> Response:
    """Call a route such as POST /invoices/{id}/archive, which takes nothing but the row."""
    resource, row_id = resource_of(visit), row_id_of(visit)
    action = resource.verbs.get(visit.request.path_params["verb"])
    if action is None:
        raise NotFound
    answer = (await call(visit.request, action, row_id=row_id)).check()
    return _done(visit, resource, action, answer, row_id, "done")


def _done(
    visit: Visit, resource: Resource, action: Action, answer: Answer, row_id: Any, note: str
) -> Response:
    """Go to the row, or show what the answer alone has: a secret is not shown again."""
    where = f"{resource.path}/{row_id}" if row_id and resource.can("read") else resource.path
    if fields := resource.shown_once(action):
        return visit.page(
            *names_of(resource, "result.html"),
            resource=resource,
            fields_shown=fields,
            row=answer.data,
            where=where,
            labels=Labels(visit.request, {}),
        )
    return visit.go(where, note)


def _action(visit: Visit, resource: Resource, name: str) -> Action:
    """Return the action. Raises NotFound if there is none, Forbidden without its permission."""
    if not resource.can(name):
        raise NotFound
    action = resource.actions[name]
    visit.work.require_guard(action.guard or SIGNED_IN)
    return action


def _delete_page(
    visit: Visit, resource: Resource, read: Answer | None, *, problem: Words = "", status: int = 200
) -> Response:
    return visit.page(
        *names_of(resource, "delete.html"),
        resource=resource,
        row=read.data if read else None,
        heading=heading(resource, read.data if read else None),
        version=read.version if read else "",
        problem=problem,
        status=status,
    )
