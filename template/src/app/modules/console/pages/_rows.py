"""Shared parts of the pages of rows: the resource, the row, and how values are shown."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from app.core.errors import NotFound
from app.core.languages import Text

from .resources import Answer, Field, Kind, Resource, call, find_resources, label_of, title_of
from .web import NO, YES, Day, Entry, Moment, Number, Visit, Words, add_filter


def resource_of(visit: Visit) -> Resource:
    """Return the resource that the address names. Raises NotFound."""
    found = find_resources(visit.request.app).get(visit.request.path_params["key"])
    if found is None:
        raise NotFound
    return found


def row_id_of(visit: Visit) -> UUID:
    """Raises NotFound."""
    try:
        return UUID(visit.request.path_params["row_id"])
    except ValueError as error:
        raise NotFound from error


async def read_row(visit: Visit, resource: Resource, row_id: UUID) -> Answer:
    """Read the row. Raises Refused: a foreign tenant's row is a 404, as in the API."""
    if not resource.can("read"):
        raise NotFound
    return (await call(visit.request, resource.actions["read"], row_id=row_id)).check()


def names_of(resource: Resource, page: str) -> list[str]:
    """Return the templates of a page, the module's own first."""
    return [f"{resource.module}/{page}", page]


def entries(visit: Visit) -> list[Entry]:
    """Return the menu's entries of all resources but those that have pages of their own."""
    found = find_resources(visit.request.app).values()
    shown = [each for each in found if not each.console.hidden and each.key not in OWN_PAGES]
    return sorted(
        (
            Entry(TITLES.get(each.key, each.title), each.path, each.list.guard or "", _group(each))
            for each in shown
        ),
        key=lambda entry: entry.group != ROWS,
    )


ROWS = Text("Data")
ORGANISATION = Text("Organisation")
OWN_PAGES = (
    "admin.tenants",
    "admin.users",
    "api-keys",
    "audit",
    "notifications",
    "tenants.current.invitations",
    "tenants.current.roles",
    "users",
)
TITLES = {
    "webhooks.endpoints": Text("Webhooks"),
    "webhooks.deliveries": Text("Webhook deliveries"),
}
STANDARD = ("api_keys", "audit", "files", "notifications", "tenants", "users", "webhooks")


def _group(resource: Resource) -> Text:
    return ORGANISATION if resource.module in STANDARD else ROWS


def heading(resource: Resource, row: Mapping[str, Any] | None) -> Words:
    return label_of(resource, row) if row else resource.title


@add_filter
def verb(name: str) -> Text:
    """Return the label of a button for a route such as POST /invoices/{id}/archive."""
    return Text(title_of(name))


@add_filter
def shown(value: Any, field: Field) -> Any:
    """Return a value as people read it."""
    if value is None or value == "":
        return Markup('<span class="hint">–</span>')
    match field.kind:
        case Kind.FLAG:
            return YES if value else NO
        case Kind.MOMENT:
            return moment(value)
        case Kind.CHOICE:
            return field.name_of(value)
        case Kind.DATE:
            return Day(str(value))
        case Kind.INTEGER | Kind.DECIMAL | Kind.NUMBER:
            return Number(value)
        case Kind.URL if str(value).startswith(("https://", "http://")):
            return Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(value)
        case Kind.EMAIL:
            return Markup('<a href="mailto:{0}">{0}</a>').format(value)
        case Kind.LINES:
            return ", ".join(map(str, value))
        case Kind.JSON:
            return Markup("<pre>{}</pre>").format(json_text(value))
        case _:
            return escape(value)


@add_filter
def moment(value: str) -> Moment:
    """Return a moment as a `time` element, in the person's time zone."""
    return Moment(value)


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
