"""API keys: made, shown once, revoked."""

from typing import Any

from starlette.responses import Response

from app.core.languages import Text, texts

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
from ._roles import permissions_to_give
from ._rows import moment
from .web import NEVER, PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

PATH = f"{PREFIX}/api-keys"
KEYS, KEY = "api-keys", "api-keys/{key_id}"
BACK = Act(label=Text("API keys"), path=PATH)
STATES = {
    "without-maker": Text("refused: its maker left or is suspended"),
    **{each.english: each for each in texts("usable", "expired")},
}
add_to_menu(Entry(Text("API keys"), PATH, "api_keys:read", Text("Organisation")))


@pages.get("/api-keys")
async def show_keys(visit: Visit) -> Response:
    answer = await read(visit, KEYS, query=paged(visit, {}))
    may_create = may_call(visit, "POST", KEYS)
    return own_page(
        visit,
        Text("API keys"),
        Part(
            acts=[Act(label=Text("New"), path=f"{PATH}/new", is_main=True)] if may_create else [],
            columns=texts("Name", "Key", "Permissions now", "State", "Ends", "Last used", "Made"),
            lines=[Line(_cells(row), _acts_on(visit, row)) for row in answer.data["items"]],
            next=next_of(visit, answer, {}),
        ),
    )


@pages.get("/api-keys/new")
async def show_new_key(visit: Visit) -> Response:
    return _create_form(visit).show(visit)


@pages.post("/api-keys/new")
async def create_key(visit: Visit) -> Response:
    answer = await _create_form(visit).send(visit)
    if isinstance(answer, Response):
        return answer
    about = Text("Keep the key now: it is shown only here. Send it as Authorization: Bearer …")
    facts = [(Text("Name"), answer.data["name"]), (Text("Key"), answer.data["key"])]
    return own_page(visit, Text("New API key"), Part(about=about, facts=facts), back=BACK)


@pages.get("/api-keys/{row_id}/revoke")
async def show_revoke(visit: Visit) -> Response:
    id_of(visit)
    return _revoke_form(visit).show(visit)


@pages.post("/api-keys/{row_id}/revoke")
async def revoke_key(visit: Visit) -> Response:
    answer = await _revoke_form(visit).send(visit, row_id=id_of(visit))
    return answer if isinstance(answer, Response) else visit.go(PATH, "done")


def _create_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", KEYS),
        heading=Text("New API key"),
        button=Text("Create"),
        back=BACK,
        about=Text("A key never has more permissions than the person who made it has now."),
        changes={
            "permissions": permissions_to_give(visit),
            "expires_in_days": {"label": Text("Ends after days")},
        },
    )


def _revoke_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "DELETE", KEY),
        heading=Text("Revoke an API key"),
        button=Text("Revoke"),
        back=BACK,
        about=Text("It is refused from its next request on, and so are the keys made with it."),
        is_danger=True,
    )


def _cells(row: Any) -> tuple[object, ...]:
    return (
        row["name"],
        row["hint"],
        ", ".join(row["permissions_now"]),
        STATES.get(row["state"], row["state"]),
        moment(row["expires_at"]) if row["expires_at"] else NEVER,
        moment(row["last_used_at"]) if row["last_used_at"] else NEVER,
        moment(row["created_at"]),
    )


def _acts_on(visit: Visit, row: Any) -> list[Act]:
    if not may_call(visit, "DELETE", KEY):
        return []
    path = f"{PATH}/{row['id']}/revoke"
    return [Act(label=Text("Revoke"), path=path, about=row["name"], is_danger=True)]
