"""Tenants and people of the whole platform, for superusers; each act is audited."""

from typing import Any

from starlette.responses import Response

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
from .web import PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

GROUP = "Platform"
TENANTS, PEOPLE = f"{PREFIX}/platform/tenants", f"{PREFIX}/platform/people"
TENANT = "admin/tenants/{tenant_id}"
EXPORT = "/api/v1/admin/tenants/{}/export"
BACK = Act(label="Tenants", path=TENANTS)
add_to_menu(
    Entry("Tenants", TENANTS, SUPERUSER, GROUP),
    Entry("People", PEOPLE, SUPERUSER, GROUP),
)


@pages.get("/platform/tenants", SUPERUSER)
async def show_tenants(visit: Visit) -> Response:
    answer = await read(visit, "admin/tenants", query=paged(visit, {}))
    return own_page(
        visit,
        "Tenants",
        Part(
            acts=[Act(label="New", path=f"{TENANTS}/new", is_main=True)],
            columns=("Name", "Slug", "State", "Made", "Id"),
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
        return form.page(visit, problem="Type the tenant's id as the list shows it.", status=422)
    answer = await form.send(visit, row_id=row_id)
    return answer if isinstance(answer, Response) else visit.go(TENANTS, "deleted")


@pages.get("/platform/people", SUPERUSER)
async def show_people(visit: Visit) -> Response:
    answer = await read(visit, "admin/users", query=paged(visit, {}))
    return own_page(
        visit,
        "People",
        Part(
            columns=("Name", "E-mail", "State", "Superuser", "Made", "Id"),
            lines=[
                Line(
                    (
                        row["full_name"],
                        row["email"],
                        _state(row),
                        "Yes" if row["is_superuser"] else "No",
                        moment(row["created_at"]),
                        row["id"],
                    ),
                    [
                        Act(
                            label="Support",
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
        heading="New tenant",
        button="Create",
        back=BACK,
        about="Its owner gets an invitation by e-mail.",
        changes={"owner_email": {"label": "Owner's e-mail address", "hint": ""}},
    )


def _delete_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "DELETE", TENANT),
        heading=f"Delete the tenant {id_of(visit)}",
        button="Delete for good",
        back=BACK,
        about="It is deleted with its rows, log-ins, jobs and events. This cannot be undone. To go"
        " on, type its id.",
        typed="Id",
        is_danger=True,
    )


def _state(row: Any) -> object:
    return "suspended" if row["suspended_at"] else "open"


def _suspension(path: str, row: Any, about: str) -> Act:
    if row["suspended_at"]:
        return Act(label="Resume", path=f"{path}/resume", about=about, is_post=True)
    return Act(label="Suspend", path=f"{path}/suspend", about=about, is_post=True, is_danger=True)


def _acts_on(row: Any) -> list[Act]:
    path, about = f"{TENANTS}/{row['id']}", row["name"]
    return [
        _suspension(path, row, about),
        Act(label="Export", path=EXPORT.format(row["id"]), about=about),
        Act(label="Delete", path=f"{path}/delete", about=about, is_danger=True),
    ]
