"""Members and their roles, and invitations."""

from typing import Any

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
    do,
    id_of,
    may_call,
    next_of,
    own_page,
    paged,
    read,
)
from ._rows import moment
from .resources import Kind
from .web import NOTHING, PREFIX, Entry, Pages, Visit, add_to_menu, role_name

pages = Pages()

MEMBERS, INVITATIONS = f"{PREFIX}/members", f"{PREFIX}/invitations"
GROUP = Text("Organisation")
BACK = Act(label=Text("Members"), path=MEMBERS)
CHANGE_ROLE, REMOVE = texts("Change role", "Remove")
MEMBER = "tenants/current/members/{user_id}"
INVITING = "tenants/current/invitations"
INVITATION = "tenants/current/invitations/{invitation_id}"
add_to_menu(
    Entry(Text("Members"), MEMBERS, "users:read", GROUP),
    Entry(Text("Invitations"), INVITATIONS, "members:read", GROUP),
)


@pages.get("/members")
async def show_members(visit: Visit) -> Response:
    answer = await read(visit, "users", query=paged(visit, {}))
    return own_page(
        visit,
        Text("Members"),
        Part(
            acts=_invite(visit),
            columns=texts("Name", "E-mail", "Role", "Since"),
            lines=[
                Line(
                    (
                        row["full_name"],
                        row["email"],
                        role_name(row["role"]),
                        moment(row["joined_at"]),
                    ),
                    _acts_on(visit, row),
                )
                for row in answer.data["items"]
            ],
            next=next_of(visit, answer, {}),
        ),
    )


@pages.get("/members/{row_id}/role")
async def show_role(visit: Visit) -> Response:
    member = (await read(visit, "users/{user_id}", id_of(visit))).data
    return (await _role_form(visit, member)).show(visit, member)


@pages.post("/members/{row_id}/role")
async def change_role(visit: Visit) -> Response:
    user_id = id_of(visit)
    form = await _role_form(visit, (await read(visit, "users/{user_id}", user_id)).data)
    answer = await form.send(visit, row_id=user_id)
    return answer if isinstance(answer, Response) else visit.go(MEMBERS, "changed")


@pages.get("/members/{row_id}/remove")
async def show_remove(visit: Visit) -> Response:
    member = (await read(visit, "users/{user_id}", id_of(visit))).data
    return _remove_form(visit, member).show(visit)


@pages.post("/members/{row_id}/remove")
async def remove(visit: Visit) -> Response:
    user_id = id_of(visit)
    form = _remove_form(visit, (await read(visit, "users/{user_id}", user_id)).data)
    answer = await form.send(visit, row_id=user_id)
    return answer if isinstance(answer, Response) else visit.go(MEMBERS, "done")


@pages.get("/invitations")
async def show_invitations(visit: Visit) -> Response:
    answer = await read(visit, INVITING, query=paged(visit, {}))
    may_withdraw = may_call(visit, "DELETE", INVITATION)
    return own_page(
        visit,
        Text("Invitations"),
        Part(
            acts=_invite(visit),
            columns=texts("E-mail", "Role", "Made", "Ends"),
            lines=[
                Line(
                    (
                        row["email"],
                        role_name(row["role"]),
                        moment(row["created_at"]),
                        moment(row["expires_at"]),
                    ),
                    [_withdraw(row)] if may_withdraw else [],
                )
                for row in answer.data["items"]
            ],
            empty=Text("Nobody is invited now."),
            next=next_of(visit, answer, {}),
        ),
    )


@pages.get("/invitations/new")
async def show_invite(visit: Visit) -> Response:
    return (await _invite_form(visit)).show(visit)


@pages.post("/invitations/new")
async def invite(visit: Visit) -> Response:
    """Invite, and show the token: it is shown once, and lets somebody in without the e-mail."""
    answer = await (await _invite_form(visit)).send(visit)
    if isinstance(answer, Response):
        return answer
    about = Text(
        "An e-mail with a link is on its way. This token does the same, and is shown only here."
    )
    facts: list[tuple[Text, object]] = [
        (Text("E-mail"), answer.data["email"]),
        (Text("Role"), role_name(answer.data["role"])),
        (Text("Token"), answer.data["token"]),
    ]
    return own_page(
        visit,
        Text("Invited"),
        Part(about=about, facts=facts),
        back=Act(label=Text("Invitations"), path=INVITATIONS),
    )


@pages.post("/invitations/{row_id}/withdraw")
async def withdraw(visit: Visit) -> Response:
    await do(visit, "DELETE", INVITATION, id_of(visit))
    return visit.go(INVITATIONS, "done")


async def roles_of(visit: Visit) -> list[str]:
    """Return the names of the built-in roles and of the tenant's own."""
    own: list[str] = []
    if may_call(visit, "GET", "tenants/current/roles"):
        rows = await read(visit, "tenants/current/roles", query={"limit": "100"})
        own = [row["name"] for row in rows.data["items"]]
    return [*Role, *sorted(own)]


async def _role_form(visit: Visit, member: Any) -> Form:
    choices = await roles_of(visit)
    return Form(
        action=action_of(visit, "PATCH", MEMBER),
        heading=Text("Role of {name}", name=member["full_name"]),
        button=Text("Save"),
        back=BACK,
        about=Text("It holds from the next request on."),
        changes={"role": {"kind": Kind.CHOICE, "choices": _with(choices, member["role"])}},
    )


def _with(choices: list[str], role: str) -> tuple[str, ...]:
    return tuple(choices if role in choices else [*choices, role])


def _remove_form(visit: Visit, member: Any) -> Form:
    return Form(
        action=action_of(visit, "DELETE", MEMBER),
        heading=Text("Remove {name}", name=member["full_name"]),
        button=REMOVE,
        back=BACK,
        about=Text(
            "{email} can no longer work for this tenant, from now on. What was written stays.",
            email=member["email"],
        ),
        is_danger=True,
    )


async def _invite_form(visit: Visit) -> Form:
    choices = tuple(await roles_of(visit))
    if visit.actor.tenant_id is None:
        raise NotFound
    return Form(
        action=action_of(visit, "POST", INVITING),
        heading=Text("Invite"),
        button=Text("Invite"),
        back=Act(label=Text("Invitations"), path=INVITATIONS),
        changes={
            "email": {"label": Text("E-mail address"), "hint": NOTHING},
            "role": {"kind": Kind.CHOICE, "choices": choices, "required": True},
        },
    )


def _invite(visit: Visit) -> list[Act]:
    may = may_call(visit, "POST", INVITING)
    return [Act(label=Text("Invite"), path=f"{INVITATIONS}/new", is_main=True)] if may else []


def _withdraw(row: Any) -> Act:
    path = f"{INVITATIONS}/{row['id']}/withdraw"
    return Act(label=Text("Withdraw"), path=path, about=row["email"], is_post=True, is_danger=True)


def _acts_on(visit: Visit, row: Any) -> list[Act]:
    path, name = f"{MEMBERS}/{row['id']}", row["full_name"]
    return [
        *([_link(CHANGE_ROLE, f"{path}/role", name)] if may_call(visit, "PATCH", MEMBER) else []),
        *([_link(REMOVE, f"{path}/remove", name)] if may_call(visit, "DELETE", MEMBER) else []),
    ]


def _link(label: Text, path: str, about: str) -> Act:
    return Act(label=label, path=path, about=about, is_danger=label == REMOVE)
