"""Tenants and people of the whole platform, for superusers; each act is audited."""

from typing import Any

from starlette.responses import Response

from app.core.languages import Text, texts
from app.core.permissions import SUPERUSER

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
    read,
)
from ._rows import moment
from .web import NO, NOTHING, PREFIX, YES, Entry, Pages, Visit, add_to_menu

pages = Pages()

GROUP = Text("Platform")
TENANTS, PEOPLE = f"{PREFIX}/platform/tenants", f"{PREFIX}/platform/people"
TENANT = "admin/tenants/{tenant_id}"
EXPORT = "/api/v1/admin/tenants/{}/export"
BACK = Act(label=Text("Tenants"), path=TENANTS)
add_to_menu(
    Entry(Text("Tenants"), TENANTS, SUPERUSER, GROUP),
    Entry(Text("People"), PEOPLE, SUPERUSER, GROUP),
)


@pages.get("/platform/tenants", SUPERUSER)
async def show_tenants(visit: Visit) -> Response:
    answer = await read(visit, "admin/tenants", query=paged(visit, {}))
    return own_page(
        visit,
        Text("Tenants"),
        Part(
            acts=[Act(label=Text("New"), path=f"{TENANTS}/new", is_main=True)],
            columns=texts("Name", "Slug", "State", "Made", "Id"),
            lines=[
                Line(
                    (
                        row["name"],
                        row["slug"],
                        _state(row),
                        moment(row["created_at"]),
                        row["id"],
                    ),
                    _acts_on(row),
                )
                for row in answer.data["items"]
            ],
            next=next_of(visit, answer, {}),
        ),
    )


@pages.get("/platform/tenants/new", SUPERUSER)
async def show_create_tenant(visit: Visit) -> Response:
    return _create_form(visit).show(visit)


@pages.post("/platform/tenants/new", SUPERUSER)
async def create_tenant(visit: Visit) -> Response:
    answer = await _create_form(visit).send(visit)
    return answer if isinstance(answer, Response) else visit.go(TENANTS, "created")


@pages.post("/platform/tenants/{row_id}/suspend", SUPERUSER)
async def suspend_tenant(visit: Visit) -> Response:
    await do(visit, "POST", f"{TENANT}/suspend", id_of(visit))
    return visit.go(TENANTS, "done")


@pages.post("/platform/tenants/{row_id}/resume", SUPERUSER)
async def resume_tenant(visit: Visit) -> Response:
    await do(visit, "POST", f"{TENANT}/resume", id_of(visit))
    return visit.go(TENANTS, "done")


@pages.get("/platform/tenants/{row_id}/delete", SUPERUSER)
async def show_delete_of_tenant(visit: Visit) -> Response:
    return _delete_form(visit).show(visit)


@pages.post("/platform/tenants/{row_id}/delete", SUPERUSER)
async def delete_tenant_of_others(visit: Visit) -> Response:
    """Delete it if its id was typed."""
    row_id, form = id_of(visit), _delete_form(visit)
    if (await visit.form()).get("name", "").strip().lower() != str(row_id):
        return form.page(
            visit, problem=Text("Type the tenant's id as the list shows it."), status=422
        )
    answer = await form.send(visit, row_id=row_id)
    return answer if isinstance(answer, Response) else visit.go(TENANTS, "deleted")


@pages.get("/platform/people", SUPERUSER)
async def show_people(visit: Visit) -> Response:
    answer = await read(visit, "admin/users", query=paged(visit, {}))
    return own_page(
        visit,
        Text("People"),
        Part(
            columns=texts("Name", "E-mail", "State", "Superuser", "Made", "Id"),
            lines=[
                Line(
                    (
                        row["full_name"],
                        row["email"],
                        _state(row),
                        YES if row["is_superuser"] else NO,
                        moment(row["created_at"]),
                        row["id"],
                    ),
                    [
                        Act(
                            label=Text("Support"),
                            path=f"{PEOPLE}/{row['id']}/support",
                            about=row["email"],
                        ),
                        _suspension(f"{PEOPLE}/{row['id']}", row, row["email"]),
                    ],
                )
                for row in answer.data["items"]
            ],
            next=next_of(visit, answer, {}),
        ),
    )


@pages.post("/platform/people/{row_id}/suspend", SUPERUSER)
async def suspend_person(visit: Visit) -> Response:
    await do(visit, "POST", "admin/users/{user_id}/suspend", id_of(visit))
    return visit.go(PEOPLE, "done")


@pages.post("/platform/people/{row_id}/resume", SUPERUSER)
async def resume_person(visit: Visit) -> Response:
    await do(visit, "POST", "admin/users/{user_id}/resume", id_of(visit))
    return visit.go(PEOPLE, "done")


def _create_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", "admin/tenants"),
        heading=Text("New tenant"),
        button=Text("Create"),
        back=BACK,
        about=Text("Its owner gets an invitation by e-mail."),
        changes={"owner_email": {"label": Text("Owner's e-mail address"), "hint": NOTHING}},
    )


def _delete_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "DELETE", TENANT),
        heading=Text("Delete the tenant {id}", id=id_of(visit)),
        button=Text("Delete for good"),
        back=BACK,
        about=Text(
            "It is deleted with its rows, log-ins, jobs and events. This cannot be undone. To go"
            " on, type its id."
        ),
        typed=Text("Id"),
        is_danger=True,
    )


def _state(row: Any) -> object:
    return Text("suspended") if row["suspended_at"] else Text("active")


def _suspension(path: str, row: Any, about: str) -> Act:
    if row["suspended_at"]:
        return Act(label=Text("Resume"), path=f"{path}/resume", about=about, is_post=True)
    return Act(
        label=Text("Suspend"), path=f"{path}/suspend", about=about, is_post=True, is_danger=True
    )


def _acts_on(row: Any) -> list[Act]:
    path, about = f"{TENANTS}/{row['id']}", row["name"]
    return [
        _suspension(path, row, about),
        Act(label=Text("Export"), path=EXPORT.format(row["id"]), about=about),
        Act(label=Text("Delete"), path=f"{path}/delete", about=about, is_danger=True),
    ]
