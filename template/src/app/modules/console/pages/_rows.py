"""What the pages of rows have in common: which resource, which row, and how values are shown."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from app.core.errors import NotFound

from .resources import Answer, Field, Kind, Resource, call, find_resources, label_of
from .web import Entry, Visit, add_filter


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
        key=lambda entry: (entry.group != ROWS, entry.title),
    )


ROWS = "Data"
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
TITLES = {"webhooks.endpoints": "Webhooks", "webhooks.deliveries": "Webhook deliveries"}
STANDARD = ("api_keys", "audit", "files", "notifications", "tenants", "users", "webhooks")


def _group(resource: Resource) -> str:
    return "Organisation" if resource.module in STANDARD else ROWS


def heading(resource: Resource, row: Mapping[str, Any] | None) -> str:
    return label_of(resource, row) if row else resource.title


@add_filter
def shown(value: Any, field: Field) -> Any:
    """Return a value as people read it."""
    if value is None or value == "":
        return Markup('<span class="hint">–</span>')
    match field.kind:
        case Kind.FLAG:
            return "Yes" if value else "No"
        case Kind.MOMENT:
            return moment(value)
        case Kind.CHOICE:
            return str(value).replace("_", " ")
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
def moment(value: str) -> Markup:
    """Return a moment as a `time` element, in UTC."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return escape(value)
    return Markup('<time datetime="{}">{:%Y-%m-%d %H:%M} UTC</time>').format(value, at)


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
