"""API keys: made, shown once, revoked."""

from typing import Any

from starlette.responses import Response

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
from .web import PREFIX, Entry, Pages, Visit, add_to_menu

pages = Pages()

PATH = f"{PREFIX}/api-keys"
KEYS, KEY = "api-keys", "api-keys/{key_id}"
BACK = Act(label="API keys", path=PATH)
STATES = {"without-maker": "refused: its maker left or is suspended"}
add_to_menu(Entry("API keys", PATH, "api_keys:read", "Organisation"))


@pages.get("/api-keys")
async def show_keys(visit: Visit) -> Response:
    answer = await read(visit, KEYS, query=paged(visit, {}))
    may_create = may_call(visit, "POST", KEYS)
    return own_page(
        visit,
        "API keys",
        Part(
            acts=[Act(label="New", path=f"{PATH}/new", is_main=True)] if may_create else [],
            columns=("Name", "Key", "Permissions now", "State", "Ends", "Last used", "Made"),
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
    about = "Keep the key now: it is shown only here. Send it as Authorization: Bearer …"
    facts = [("Name", answer.data["name"]), ("Key", answer.data["key"])]
    return own_page(visit, "New API key", Part(about=about, facts=facts), back=BACK)


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
        heading="New API key",
        button="Create",
        back=BACK,
        about="A key never has more permissions than the person who made it has now.",
        changes={
            "permissions": permissions_to_give(visit),
            "expires_in_days": {"label": "Ends after days"},
        },
    )


def _revoke_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "DELETE", KEY),
        heading="Revoke an API key",
        button="Revoke",
        back=BACK,
        about="It is refused from its next request on, and so are the keys made with it.",
        is_danger=True,
    )


def _cells(row: Any) -> tuple[object, ...]:
    return (
        row["name"],
        row["hint"],
        ", ".join(row["permissions_now"]),
        STATES.get(row["state"], row["state"]),
        moment(row["expires_at"]) if row["expires_at"] else "never",
        moment(row["last_used_at"]) if row["last_used_at"] else "never",
        moment(row["created_at"]),
    )


def _acts_on(visit: Visit, row: Any) -> list[Act]:
    if not may_call(visit, "DELETE", KEY):
        return []
    path = f"{PATH}/{row['id']}/revoke"
    return [Act(label="Revoke", path=path, about=row["name"], is_danger=True)]
