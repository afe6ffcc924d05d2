"""Build the console's own pages: values, tables, links and one form.

They call routes of the API by path, so that a page whose module was not chosen is a 404, and no
module is imported. A form's fields are those of the route's schema.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.languages import Text
from app.core.permissions import SIGNED_IN

from ._forms import FORM_STATUS, LOOK_AT_FIELDS, placed
from .resources import Action, Answer, Field, Kind, call, fields_of, find_action, raw_of, read_form
from .web import NOTHING, Visit, Words

LIMIT = 50
EMPTY = Text("There is nothing here yet.")
WRONG_PROOF = ("wrong-credentials", "wrong-code")
CHANGED_MEANWHILE = Text(
    "Somebody else changed this since you opened it, and nothing of yours was saved. Open the page"
    " again to see what is stored now."
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """A link, or a button that sends a form. `about` says to screen readers what it is for."""

    label: Text
    path: str
    about: str = ""
    is_post: bool = False
    is_main: bool = False
    is_danger: bool = False


@dataclass(frozen=True)
class Line:
    """A row of a table."""

    cells: Sequence[object]
    acts: Sequence[Act] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section of a page."""

    title: Text = NOTHING
    about: Text = NOTHING
    acts: Sequence[Act] = ()
    html: object = ""
    facts: Sequence[tuple[Text, object]] = ()
    columns: Sequence[Text] = ()
    lines: Sequence[Line] = ()
    empty: Text = EMPTY
    filters: Sequence[Field] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    next: str = ""

    @property
    def has_acts(self) -> bool:
        return any(line.acts for line in self.lines)


def own_page(
    visit: Visit, heading: Words, *parts: Part, back: Act | None = None, **values: Any
) -> Response:
    given: dict[str, Any] = {
        "problem": "",
        "fields": None,
        "raw": {},
        "errors": {},
        "hidden": {},
        "labelled": {},
        "version": "",
        "target": "",
        "button": "",
        "is_danger": False,
    }
    return visit.page("own.html", **{**given, **values}, heading=heading, parts=parts, back=back)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form that calls a route. `changes` replace what is known of a field, such as choices.

    `typed` is the label of a field `name` that only the page reads, to be sure of what is meant.
    """

    action: Action
    heading: Text
    button: Text
    back: Act
    about: Text = NOTHING
    is_danger: bool = False
    parts: Sequence[Part] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    typed: Text = NOTHING
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def fields(self) -> list[Field]:
        found = fields_of(self.action.body) if self.action.body else ()
        typed = [Field("name", self.typed, Kind.TEXT, required=True)] if self.typed else []
        return [*(replace(each, **self.changes.get(each.name, {})) for each in found), *typed]

    def show(
        self, visit: Visit, row: Mapping[str, Any] | None = None, version: str = ""
    ) -> Response:
        """Raises Forbidden without the route's permission."""
        visit.work.require_guard(self.action.guard or SIGNED_IN)
        raw = {
            each.name: raw_of(each, row.get(each.name) if row is not None else each.default)
            for each in self.fields
        }
        return self.page(visit, raw=raw, version=version)

    async def send(
        self, visit: Visit, *, row_id: UUID | str | None = None, only_changes_of: Any = None
    ) -> Answer | Response:
        """Return the route's answer, or the form with what was wrong. Raises Refused."""
        sent = await visit.lists()
        form = {name: "\n".join(values) for name, values in sent.items()}
        fields, version = self.fields, form.get("version", "")
        read = read_form(fields, form, only_changes_of)
        answer = await call(
            visit.request,
            self.action,
            row_id=row_id,
            body=read.body if self.action.body else None,
            version=version,
        )
        if answer.is_ok:
            return answer
        problem: Words
        if answer.is_outdated:
            problem, errors = CHANGED_MEANWHILE, dict[str, str]()
        elif answer.status in FORM_STATUS or answer.slug in WRONG_PROOF:
            errors, others = placed(fields, answer)
            problem = " ".join(others) or LOOK_AT_FIELDS
        else:
            answer.check()
        await visit.work.close()
        return self.page(
            visit,
            raw=read.raw,
            version=version,
            errors=errors,
            problem=problem,
            status=answer.status,
        )

    def page(self, visit: Visit, **values: Any) -> Response:
        parts = [Part(about=self.about), *self.parts] if self.about else self.parts
        return own_page(
            visit,
            self.heading,
            *parts,
            back=self.back,
            fields=self.fields,
            button=self.button,
            is_danger=self.is_danger,
            hidden=self.hidden,
            target=self.target,
            **values,
        )


def action_of(visit: Visit, method: str, path: str) -> Action:
    """Return the route of the API. Raises NotFound where its module was not chosen."""
    found = find_action(visit.request.app, method, path)
    if found is None:
        raise NotFound
    return found


def may_call(visit: Visit, method: str, path: str) -> bool:
    """True if there is such a route, and its guard lets the person pass."""
    found = find_action(visit.request.app, method, path)
    return found is not None and visit.may(found.guard)


async def read(
    visit: Visit,
    path: str,
    row_id: UUID | str | None = None,
    query: Mapping[str, str] | None = None,
) -> Answer:
    """Call GET of the path. Raises NotFound, Refused."""
    action = action_of(visit, "GET", path)
    return (await call(visit.request, action, row_id=row_id, query=query)).check()


async def do(
    visit: Visit, method: str, path: str, row_id: UUID | str | None = None, body: Any = None
) -> Answer:
    """Call a route of the API. Raises NotFound, Refused."""
    action = action_of(visit, method, path)
    return (await call(visit.request, action, row_id=row_id, body=body)).check()


def query_of(visit: Visit, *names: str) -> dict[str, str]:
    """Return the filters of the address that have a value."""
    sent = visit.request.query_params
    return {name: sent[name] for name in names if sent.get(name)}


def paged(visit: Visit, query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters, with the page that the address asks for."""
    return {"limit": str(LIMIT), **query, **query_of(visit, "cursor")}


def next_of(visit: Visit, answer: Answer, query: Mapping[str, str]) -> str:
    cursor = answer.data["next_cursor"]
    path = visit.request.url.path
    return f"{path}?{urlencode({**query, 'cursor': cursor})}" if cursor else ""


def id_of(visit: Visit, name: str = "row_id") -> UUID:
    """Raises NotFound."""
    try:
        return UUID(visit.request.path_params[name])
    except ValueError as error:
        raise NotFound from error
