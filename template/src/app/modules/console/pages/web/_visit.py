"""One request for a page."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette import status

from app.core.auth import Actor
from app.core.errors import AppError, UnsupportedMediaType
from app.core.http.language import language_of
from app.core.languages import Locale, Text, translate
from app.core.permissions import PUBLIC, SIGNED_IN, SUPERUSER
from app.core.unit_of_work import UnitOfWork
from app.modules.users import Me, UserService

from ._menu import grouped
from ._templates import render_first

FORM = "application/x-www-form-urlencoded"
NOTES = {
    "created": Text("Created."),
    "changed": Text("Saved."),
    "deleted": Text("Deleted."),
    "done": Text("Done."),
    "mailed": Text("An e-mail is on its way."),
    "account-deleted": Text("Your account is deleted."),
}
"""What the page says after a form: `?note=created`."""


def until_of(actor: Actor | None, locale: Locale) -> str:
    """Return when the support session ends, or nothing if it is none: the banner says it."""
    if actor is None or not actor.is_read_only or actor.expires_at is None:
        return ""
    return locale.clock(datetime.fromtimestamp(actor.expires_at, UTC))


class Visit:
    """The request, its unit of work, and the user who is logged in."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.work: UnitOfWork = request.state.work
        self.me: Me | None = None
        self.found: dict[str, list[tuple[str, str]]] = {}
        """Ids and names of rows to choose from, by resource: several fields may ask for them."""
        self.locale = Locale.of(language_of(request.scope))
        """The person's language and time zone; before the log-in, the browser's language."""

    @property
    def actor(self) -> Actor:
        return self.work.actor

    def written(self, text: Text) -> str:
        return text.write(self.locale)

    def sentence(self, error: AppError) -> str:
        """Return what an error says to people."""
        return translate(self.locale.language, error.detail or error.title)

    @property
    def address(self) -> str:
        """The path with the query, for a way back."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def may(self, guard: str | None) -> bool:
        """True if a route with this guard is open to the actor; buttons ask for it."""
        if guard == SUPERUSER:
            return self.actor.is_superuser
        return guard in (PUBLIC, SIGNED_IN) or (guard is not None and self.actor.may(guard))

    async def form(self) -> dict[str, str]:
        """Return the fields of the form, with the last value of each; see `lists` for the others.

        Raises UnsupportedMediaType.
        """
        return {name: values[-1] for name, values in (await self.lists()).items()}

    async def lists(self) -> dict[str, list[str]]:
        """Return all values of the form's fields. Raises UnsupportedMediaType."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await self.request.body()
        if body and kind != FORM:
            raise UnsupportedMediaType(f"Send the header Content-Type: {FORM}.")
        text = body.decode("utf-8", "replace").replace("\0", "")
        return parse_qs(text, keep_blank_values=True, errors="replace", max_num_fields=2000)

    async def introduce(self) -> None:
        """Find out who is logged in: every page shows it."""
        if self.actor.user_id is not None and self.me is None:
            self.me = await UserService(self.work).me()
            zones: dict[UUID | None, str] = {
                each.tenant_id: each.time_zone for each in self.me.memberships
            }
            zone = self.me.time_zone or zones.get(self.me.tenant_id)
            self.locale = replace(self.locale, time_zone=zone or self.locale.time_zone)

    def page(self, *names: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render the first of these templates that exists."""
        note = NOTES.get(self.request.query_params.get("note", ""))
        return HTMLResponse(
            render_first(names, **{"note": note} | self.frame() | values), status_code=status
        )

    def frame(self) -> dict[str, Any]:
        """Return what the layout shows around every page."""
        shown = grouped(self) if self.me else {}
        path = self.request.url.path
        tenants = (
            {each.tenant_id: each.tenant_name for each in self.me.memberships} if self.me else {}
        )
        return {
            "product": self.work.runtime.settings.name,
            "environment": self.work.runtime.settings.environment,
            "me": self.me,
            "tenant": tenants.get(self.actor.tenant_id) if self.actor.tenant_id else None,
            "menu": {
                group: [each for each in entries if self.may(each.guard)]
                for group, entries in shown.items()
            },
            "path": path,
            "support_until": until_of(self.actor, self.locale),
            "locale": self.locale,
            "may": self.may,
        }

    def go(self, path: str, note: str = "") -> RedirectResponse:
        """Redirect after a form: the browser asks for the page with GET."""
        joined = f"{path}{'&' if '?' in path else '?'}note={note}" if note else path
        return RedirectResponse(joined, status.HTTP_303_SEE_OTHER)
