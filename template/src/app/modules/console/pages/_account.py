"""A person's own account: name, e-mail, password, second factor, log-ins, accounts elsewhere."""

from collections.abc import Iterable
from typing import Any

import orjson
import segno
from markupsafe import Markup
from starlette.responses import Response

from app.core.errors import NotFound
from app.core.languages import Text, languages, texts
from app.kit.time_zones import time_zones

from ._own import Act, Form, Line, Part, action_of, do, id_of, own_page, read
from ._rows import moment
from .resources import Kind
from .web import NOTHING, PREFIX, Entry, Pages, Visit, add_to_menu, end_cookies

pages = Pages()

PATH = f"{PREFIX}/account"
BACK = Act(label=Text("Your account"), path=PATH)
FACTOR = "users/me/second-factor"
URI = "otpauth://"
LONGEST_URI = 1000
SAVE = Text("Save")
YOUR_PASSWORD = {
    "password": {"label": Text("Your password")},
    "code": {"label": Text("Code")},
}
FORMS = {
    "name": ("PATCH", "users/me", Text("Your name and language"), SAVE, "changed"),
    "email": (
        "POST",
        "users/me/email",
        Text("Your e-mail address"),
        Text("Send the link"),
        "mailed",
    ),
    "password": ("PUT", "users/me/password", Text("Your password"), SAVE, "changed"),
}
ABOUT = {
    "email": Text("The address changes when you open the link that is mailed to the new one."),
    "password": Text("Your other log-ins end."),
}
add_to_menu(Entry(Text("Your account"), PATH, "signed-in", Text("You")))


@pages.get("/account")
async def show_account(visit: Visit) -> Response:
    me = (await read(visit, "users/me")).data
    return own_page(
        visit,
        Text("Your account"),
        _person(me),
        _second_factor((await read(visit, FACTOR)).data),
        _sessions((await read(visit, "users/me/sessions")).data),
        _identities((await read(visit, "users/me/identities")).data),
        _data(),
    )


@pages.get("/account/change/{what}")
async def show_own_form(visit: Visit) -> Response:
    me = await _changed_by_form(visit)
    return _own_form(visit, me).show(visit, me)


@pages.post("/account/change/{what}")
async def send_own_form(visit: Visit) -> Response:
    me = await _changed_by_form(visit)
    answer = await _own_form(visit, me).send(visit, only_changes_of=me)
    note = FORMS[visit.request.path_params["what"]][-1]
    return answer if isinstance(answer, Response) else visit.go(PATH, note)


@pages.get("/account/export")
async def export_account(visit: Visit) -> Response:
    """Send what is stored about the person, as a file to save."""
    stored = (await read(visit, "users/me/export")).data
    headers = {"Content-Disposition": 'attachment; filename="account.json"'}
    content = orjson.dumps(stored, option=orjson.OPT_INDENT_2)
    return Response(content, media_type="application/json", headers=headers)


@pages.get("/account/delete")
async def show_delete_account(visit: Visit) -> Response:
    return _delete_form(visit).show(visit)


@pages.post("/account/delete")
async def delete_account(visit: Visit) -> Response:
    answer = await _delete_form(visit).send(visit)
    if isinstance(answer, Response):
        return answer
    return end_cookies(visit, visit.go(f"{PREFIX}/log-in", "account-deleted"))


@pages.post("/account/confirmation")
async def send_confirmation(visit: Visit) -> Response:
    await do(visit, "POST", "users/me/email/confirmation")
    return visit.go(PATH, "mailed")


@pages.post("/account/sessions/{row_id}/end")
async def end_session(visit: Visit) -> Response:
    await do(visit, "DELETE", "users/me/sessions/{session_id}", id_of(visit))
    return visit.go(PATH, "done")


@pages.post("/account/end-other-sessions")
async def end_other_sessions(visit: Visit) -> Response:
    await do(visit, "DELETE", "users/me/sessions")
    return visit.go(PATH, "done")


@pages.post("/account/identities/{row_id}/unlink")
async def unlink_identity(visit: Visit) -> Response:
    await do(visit, "DELETE", "users/me/identities/{identity_id}", id_of(visit))
    return visit.go(PATH, "done")


@pages.get("/account/identities/{row_id}/link")
async def show_link_identity(visit: Visit) -> Response:
    return _link_form(visit).show(visit)


@pages.post("/account/identities/{row_id}/link")
async def link_identity(visit: Visit) -> Response:
    answer = await _link_form(visit).send(visit, row_id=id_of(visit))
    return answer if isinstance(answer, Response) else visit.go(PATH, "done")


@pages.get("/account/second-factor/set-up")
async def show_set_up(visit: Visit) -> Response:
    return _set_up_form(visit).show(visit)


@pages.post("/account/second-factor/set-up")
async def set_up(visit: Visit) -> Response:
    """Show the secret as a QR code, and ask for the first code of the device."""
    answer = await _set_up_form(visit).send(visit)
    if isinstance(answer, Response):
        return answer
    return _confirm_form(visit, answer.data["uri"], answer.data["secret"]).show(visit)


@pages.post("/account/second-factor/confirm")
async def confirm(visit: Visit) -> Response:
    """Turn it on. With a wrong code the same QR code is shown again: the form brings it."""
    sent = await visit.form()
    form = _confirm_form(visit, sent.get("uri", ""), sent.get("secret", ""))
    answer = await form.send(visit)
    return answer if isinstance(answer, Response) else _codes(visit, answer.data)


@pages.get("/account/second-factor/codes")
async def show_renew_codes(visit: Visit) -> Response:
    return _codes_form(visit).show(visit)


@pages.post("/account/second-factor/codes")
async def renew_codes(visit: Visit) -> Response:
    answer = await _codes_form(visit).send(visit)
    return answer if isinstance(answer, Response) else _codes(visit, answer.data)


@pages.get("/account/second-factor/remove")
async def show_remove_factor(visit: Visit) -> Response:
    return _remove_form(visit).show(visit)


@pages.post("/account/second-factor/remove")
async def remove_factor(visit: Visit) -> Response:
    answer = await _remove_form(visit).send(visit)
    return answer if isinstance(answer, Response) else visit.go(PATH, "done")


async def _changed_by_form(visit: Visit) -> Any:
    """Return the person as stored, if the form changes some of it; others begin empty."""
    is_of_the_person = visit.request.path_params["what"] == "name"
    return (await read(visit, "users/me")).data if is_of_the_person else None


def _own_form(visit: Visit, me: Any) -> Form:
    """Raises NotFound."""
    what = visit.request.path_params["what"]
    if what not in FORMS:
        raise NotFound
    method, path, heading, button, _ = FORMS[what]
    return Form(
        action=action_of(visit, method, path),
        heading=heading,
        button=button,
        back=BACK,
        about=ABOUT.get(what, NOTHING),
        changes={
            "email": {"label": Text("New address")},
            "current_password": {"label": Text("Current password")},
            "language": _choice(languages(), me and me["language"]),
            "time_zone": _choice(time_zones(), me and me["time_zone"]),
        }
        | YOUR_PASSWORD,
    )


def _choice(values: Iterable[str], chosen: str | None) -> dict[str, Any]:
    """Return a select's values; nothing chosen means the tenant's."""
    choices = tuple(sorted({*values, *([chosen] if chosen else [])}))
    return {"kind": Kind.CHOICE, "choices": choices}


def _delete_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", "users/me/delete"),
        heading=Text("Delete your account"),
        button=Text("Delete for good"),
        back=BACK,
        about=Text("Your log-ins, your memberships and your API keys end. This cannot be undone."),
        is_danger=True,
        changes=YOUR_PASSWORD,
    )


def _set_up_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", FACTOR),
        heading=Text("Set up a second factor"),
        button=Text("Go on"),
        back=BACK,
        about=Text("You need an app on your phone that makes codes for log-ins."),
        changes=YOUR_PASSWORD,
    )


def _confirm_form(visit: Visit, uri: str, secret: str) -> Form:
    is_shown = uri.startswith(URI) and len(uri) <= LONGEST_URI
    return Form(
        action=action_of(visit, "POST", f"{FACTOR}/confirm"),
        heading=Text("Set up a second factor"),
        button=Text("Turn it on"),
        back=BACK,
        target=f"{PATH}/second-factor/confirm",
        hidden={"uri": uri, "secret": secret} if is_shown else {},
        parts=[
            Part(
                about=Text("Scan this with the app on your phone, or type the secret into it."),
                html=_qr_code(uri, visit.written(Text("QR code"))),
                facts=[(Text("Secret"), Markup("<code>{}</code>").format(secret))],
            )
        ]
        if is_shown
        else [],
        changes={"code": {"label": Text("Code that the app shows")}},
    )


def _codes_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", f"{FACTOR}/recovery-codes"),
        heading=Text("New recovery codes"),
        button=Text("Make them"),
        back=BACK,
        about=Text("The codes that you have are no longer valid then."),
        changes=YOUR_PASSWORD,
    )


def _remove_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", f"{FACTOR}/remove"),
        heading=Text("Remove the second factor"),
        button=Text("Remove"),
        back=BACK,
        is_danger=True,
        changes=YOUR_PASSWORD,
    )


def _link_form(visit: Visit) -> Form:
    return Form(
        action=action_of(visit, "POST", "users/me/identities/{identity_id}/link"),
        heading=Text("Link the account again"),
        button=Text("Link the account"),
        back=BACK,
        changes=YOUR_PASSWORD,
    )


def _codes(visit: Visit, data: Any) -> Response:
    about = Text(
        "Keep them on paper: they are shown only here. Each replaces the app for one log-in."
    )
    codes = Markup("<br>").join(Markup("<code>{}</code>").format(c) for c in data["recovery_codes"])
    return own_page(visit, Text("Recovery codes"), Part(about=about, html=codes), back=BACK)


def _qr_code(uri: str, title: str) -> Markup:
    code = segno.make(uri, error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=4, light="#fff", svgclass="qr", title=title)
    return Markup(drawn)  # noqa: S704 - only shapes: the text is encoded in them


def _person(me: Any) -> Part:
    is_confirmed = me["email_verified_at"] is not None
    email = me["email"] if is_confirmed else Text("{email} (not confirmed)", email=me["email"])
    changes = [
        Act(label=Text("Change name and language"), path=f"{PATH}/change/name"),
        Act(label=Text("Change e-mail"), path=f"{PATH}/change/email"),
        Act(label=Text("Change password"), path=f"{PATH}/change/password"),
    ]
    again = Act(label=Text("Mail the link again"), path=f"{PATH}/confirmation", is_post=True)
    return Part(
        acts=changes if is_confirmed else [*changes, again],
        facts=[(Text("Name"), me["full_name"]), (Text("E-mail"), email)],
    )


def _data() -> Part:
    return Part(
        title=Text("Your data"),
        acts=[
            Act(label=Text("Save as a file"), path=f"{PATH}/export"),
            Act(label=Text("Delete the account"), path=f"{PATH}/delete", is_danger=True),
        ],
    )


def _second_factor(state: Any) -> Part:
    if not state["is_on"]:
        acts = [Act(label=Text("Set up"), path=f"{PATH}/second-factor/set-up")]
        return Part(title=Text("Second factor"), about=Text("It is off."), acts=acts)
    return Part(
        title=Text("Second factor"),
        about=Text("It is on. Recovery codes left: {number}.", number=state["recovery_codes_left"]),
        acts=[
            Act(label=Text("New recovery codes"), path=f"{PATH}/second-factor/codes"),
            Act(label=Text("Remove"), path=f"{PATH}/second-factor/remove", is_danger=True),
        ],
    )


def _sessions(rows: Any) -> Part:
    others = Act(label=Text("End all others"), path=f"{PATH}/end-other-sessions", is_post=True)
    return Part(
        title=Text("Log-ins"),
        acts=[others] if len(rows) > 1 else [],
        columns=texts("Browser", "Address", "Began", "Last used"),
        lines=[
            Line(
                (
                    row["user_agent"] or "–",
                    row["address"] or "–",
                    moment(row["created_at"]),
                    Text("now") if row["is_current"] else moment(row["last_used_at"]),
                ),
                [] if row["is_current"] else [_end(row)],
            )
            for row in rows
        ],
    )


def _end(row: Any) -> Act:
    path = f"{PATH}/sessions/{row['id']}/end"
    return Act(label=Text("End"), path=path, about=row["user_agent"] or "", is_post=True)


def _identities(rows: Any) -> Part:
    """Return nothing to show where no account was ever linked."""
    if not rows:
        return Part()
    return Part(
        title=Text("Accounts elsewhere"),
        columns=texts("Provider", "E-mail", "Linked", "State"),
        lines=[
            Line(
                (
                    row["provider"] or row["issuer"],
                    row["email"] or "–",
                    moment(row["created_at"]),
                    Text("unlinked") if row["unlinked_at"] else Text("linked"),
                ),
                [_identity_act(row)],
            )
            for row in rows
        ],
    )


def _identity_act(row: Any) -> Act:
    path, about = f"{PATH}/identities/{row['id']}", row["email"] or row["issuer"]
    if row["unlinked_at"]:
        return Act(label=Text("Link again"), path=f"{path}/link", about=about)
    return Act(label=Text("Unlink"), path=f"{path}/unlink", about=about, is_post=True)
