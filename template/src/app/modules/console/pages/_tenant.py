"""The tenant's settings, and its end."""

from typing import Any

from starlette.responses import Response

from app.core.languages import Text
from app.kit.time_zones import time_zones

from ._own import Act, Form, Part, action_of, may_call, own_page, read
from .resources import Kind
from .web import PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

PATH = f"{PREFIX}/tenant"
OWN = "tenants/current"
BACK = Act(label=Text("Tenant"), path=PATH)
LABELS = (
    (Text("Name"), "name"),
    (Text("Slug"), "slug"),
    (Text("Time zone"), "time_zone"),
    (Text("Language"), "language"),
    (Text("Currency"), "currency"),
)
add_to_menu(Entry(Text("Tenant"), PATH, "tenants:read", Text("Organisation")))


@pages.get("/tenant")
async def show_tenant(visit: Visit) -> Response:
    tenant = (await read(visit, OWN)).data
    acts = []
    if may_call(visit, "PATCH", OWN):
        acts.append(Act(label=Text("Change"), path=f"{PATH}/change", is_main=True))
    if may_call(visit, "DELETE", OWN):
        acts.append(Act(label=Text("Delete"), path=f"{PATH}/delete", is_danger=True))
    facts = [(label, tenant[name]) for label, name in LABELS]
    return own_page(visit, tenant["name"], Part(acts=acts, facts=facts))


@pages.get("/tenant/change")
async def show_change_tenant(visit: Visit) -> Response:
    tenant = (await read(visit, OWN)).data
    return _change_form(visit).show(visit, tenant, version=tenant["updated_at"])


@pages.post("/tenant/change")
async def change_tenant(visit: Visit) -> Response:
    tenant = (await read(visit, OWN)).data
    form = _change_form(visit)
    answer = await form.send(visit, row_id=visit.actor.tenant_id, only_changes_of=tenant)
    return answer if isinstance(answer, Response) else visit.go(PATH, "changed")


@pages.get("/tenant/delete")
async def show_delete_tenant(visit: Visit) -> Response:
    return _delete_form(visit, (await read(visit, OWN)).data).show(visit)


@pages.post("/tenant/delete")
async def delete_tenant(visit: Visit) -> Response:
    """Delete it if its name was typed, so that nobody deletes all rows with one click."""
    tenant = (await read(visit, OWN)).data
    form = _delete_form(visit, tenant)
    if (await visit.form()).get("name", "").strip() != tenant["name"]:
        return form.page(visit, problem=Text("Type the tenant's name as it is shown."), status=422)
    answer = await form.send(visit)
    return answer if isinstance(answer, Response) else visit.go(PREFIX)


def _change_form(visit: Visit) -> Form:
    zones = tuple(sorted(time_zones()))
    return Form(
        action=action_of(visit, "PATCH", OWN),
        heading=Text("Change the tenant"),
        button=Text("Save"),
        back=BACK,
        changes={
            "name": {"required": True},
            "slug": {"required": True},
            "time_zone": {"required": True, "kind": Kind.CHOICE, "choices": zones},
            "language": {"required": True},
            "currency": {"required": True},
        },
    )


def _delete_form(visit: Visit, tenant: Any) -> Form:
    return Form(
        action=action_of(visit, "DELETE", OWN),
        heading=Text("Delete {name}", name=tenant["name"]),
        button=Text("Delete for good"),
        back=BACK,
        about=Text(
            "Everything that this tenant has is deleted with it. This cannot be undone. To go on,"
            " type its name."
        ),
        typed=Text("Name"),
        is_danger=True,
    )
