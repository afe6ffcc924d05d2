"""Roles: what the built-in ones may do, and those that the tenant makes."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.languages import Text, texts
from app.core.permissions import Role

from ._own import (
    Act,
    Form,
    Line,
    Part,
    action_of,
    id_of,
    may_call,
    next_of,
    own_page,
    paged,
    read,
)
from .web import PREFIX, Entry, Pages, Visit, add_to_menu, role_name

pages = Pages()

PATH = f"{PREFIX}/roles"
ROLES, ROLE = "tenants/current/roles", "tenants/current/roles/{role_id}"
BACK = Act(label=Text("Roles"), path=PATH)
add_to_menu(Entry(Text("Roles"), PATH, "roles:read", Text("Organisation")))


@pages.get("/roles")
async def show_roles(visit: Visit) -> Response:
    answer = await read(visit, ROLES, query=paged(visit, {}))
    may_create = may_call(visit, "POST", ROLES)
    registry = visit.work.runtime.permissions
    return own_page(
        visit,
        Text("Roles"),
        Part(
            title=Text("Made by this tenant"),
            acts=[Act(label=Text("New"), path=f"{PATH}/new", is_main=True)] if may_create else [],
            columns=texts("Name", "Permissions"),
            lines=[
                Line((row["name"], ", ".join(row["permissions"])), _acts_on(visit, row))
                for row in answer.data["items"]
            ],
            next=next_of(visit, answer, {}),
        ),
        Part(
            title=Text("Built in"),
            columns=texts("Name", "Permissions"),
            lines=[Line((role_name(role), ", ".join(sorted(registry.of(role))))) for role in Role],
        ),
    )


@pages.get("/roles/new")
async def show_new_role(visit: Visit) -> Response:
    return _create_form(visit).show(visit)


@pages.post("/roles/new")
async def create_role(visit: Visit) -> Response:
    answer = await _create_form(visit).send(visit)
    return answer if isinstance(answer, Response) else visit.go(PATH, "created")


@pages.get("/roles/{row_id}/change")
async def show_change_role(visit: Visit) -> Response:
    role = await _role(visit, id_of(visit))
    return _change_form(visit, role).show(visit, role, version=role["updated_at"])


@pages.post("/roles/{row_id}/change")
async def change_permissions(visit: Visit) -> Response:
    role = await _role(visit, id_of(visit))
    answer = await _change_form(visit, role).send(visit, row_id=id_of(visit))
    return answer if isinstance(answer, Response) else visit.go(PATH, "changed")


@pages.get("/roles/{row_id}/delete")
async def show_delete_role(visit: Visit) -> Response:
    return _delete_form(visit, await _role(visit, id_of(visit))).show(visit)


@pages.post("/roles/{row_id}/delete")
async def delete_role(visit: Visit) -> Response:
    form = _delete_form(visit, await _role(visit, id_of(visit)))
    answer = await form.send(visit, row_id=id_of(visit))
    return answer if isinstance(answer, Response) else visit.go(PATH, "deleted")


def permissions_to_give(visit: Visit, *more: str) -> dict[str, Any]:
    """Return what makes a field of permissions boxes: those that the person has, and `more`."""
    registry = visit.work.runtime.permissions
    own = [name for name in registry.least if visit.may(name)]
    return {"choices": tuple(sorted({*own, *more}))}


async def _role(visit: Visit, role_id: UUID) -> Any:
    """Return the role; the API has no route for one. Raises NotFound."""
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        answer = await read(visit, ROLES, query=query)
        for row in answer.data["items"]:
            if row["id"] == str(role_id):
                return row
        cursor = answer.data["next_cursor"]
    raise NotFound


def _create_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", ROLES),
        heading=Text("New role"),
        button=Text("Create"),
        back=BACK,
        changes={
            "name": {"hint": Text("a to z, 0 to 9, - and _, beginning with a to z.")},
            "permissions": permissions_to_give(visit),
        },
    )


def _change_form(visit: Visit, role: Any) -> Form:
    return Form(
        action=action_of(visit, "PUT", ROLE),
        heading=Text("Role {name}", name=role["name"]),
        button=Text("Save"),
        back=BACK,
        about=Text("Members with this role have these permissions from their next request on."),
        changes={"permissions": permissions_to_give(visit, *role["permissions"])},
    )


def _delete_form(visit: Visit, role: Any) -> Form:
    return Form(
        action=action_of(visit, "DELETE", ROLE),
        heading=Text("Delete the role {name}", name=role["name"]),
        button=Text("Delete"),
        back=BACK,
        about=Text("A role that a member or an invitation has cannot be deleted."),
        is_danger=True,
    )


def _acts_on(visit: Visit, row: Any) -> list[Act]:
    found: list[Act] = []
    if may_call(visit, "PUT", ROLE):
        found.append(
            Act(label=Text("Change"), path=f"{PATH}/{row['id']}/change", about=row["name"])
        )
    if may_call(visit, "DELETE", ROLE):
        path = f"{PATH}/{row['id']}/delete"
        found.append(Act(label=Text("Delete"), path=path, about=row["name"], is_danger=True))
    return found
