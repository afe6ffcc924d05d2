"""Call a route as one user, with valid ids in its path and a valid body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import ASGITransport, AsyncClient, Response

from tests.support.people import Person

from .examples import Examples, Schema
from .routes import Route
from .rows import shared_row
from .two_tenants import OWN, TwoTenants, shared_models, tenants_models

PASSING = ("instance", "trace_id")
"""Members of problem details that only repeat the request."""


@dataclass(frozen=True)
class RouteCall:
    two_tenants: TwoTenants
    client: AsyncClient
    route: Route
    own_ids: Mapping[str, UUID]
    """Ids by table name, including `users` and `tenants`."""

    async def call(
        self, path: Mapping[str, Any], fields: Mapping[str, Any] | None = None, **options: Any
    ) -> Response:
        """Send a request with these path values, and these fields instead of the valid ones."""
        url = self.route.path.format(**{name: path[name] for name in self.route.variables})
        if body := self.route.body:
            media, schema = body
            content = self._content(media, schema, fields or {})
            headers = content.pop("headers", {}) | options.pop("headers", {})
            options |= content | {"headers": headers}
        return await self.client.request(self.route.method, url, **options)

    def _content(self, media: str, schema: Schema, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content as httpx takes it: a file is sent as it is."""
        if not schema:
            return {"content": OWN.encode(), "headers": {"Content-Type": media}}
        values = self.examples.value(schema)
        if isinstance(values, dict):
            values |= fields
        return {"json" if "json" in media else "data": values}

    @property
    def examples(self) -> Examples:
        return Examples(self.two_tenants.app.openapi(), self.own_id, OWN)

    def own_path(self) -> dict[str, Any]:
        return {name: self._variable(name) for name in self.route.variables}

    def own_id(self, name: str) -> str:
        """Return an id from the table that such columns refer to, or that has a similar name."""
        for model in (*tenants_models(), *shared_models()):
            for column in model.__table__.columns:
                if column.name == name:
                    for key in column.foreign_keys:
                        return str(self.own_ids[key.column.table.name])
        return str(self.own_ids[self._table_like(name)])

    def _table_like(self, name: str) -> str:
        """Match names to tables: category_id to categories, delivery_id to webhook_deliveries."""
        words = [name.removesuffix("_id"), self.route.path.split("{")[0].rstrip("/").split("/")[-1]]
        for word in words:
            for table in self.own_ids:
                if word and f"_{word.removesuffix('y').replace('-', '_')}" in f"_{table}":
                    return table
        return "tenants"

    def _variable(self, name: str) -> Any:
        return self.examples.value(self.route.schema_of(name), name)


async def route_call(two_tenants: TwoTenants, route: Route) -> RouteCall:
    """Create a user whose tenant has a row in every table, and return a RouteCall."""
    own = await two_tenants.newcomer()
    ids: dict[str, UUID] = {"users": own.user_id, "tenants": own.tenant_id}
    for model in tenants_models():
        row = await two_tenants.row_of(model.__table__, own, OWN)
        ids.setdefault(model.__tablename__, row["id"])
    for model in shared_models():
        row = await shared_row(two_tenants.admin, model.__table__)
        ids.setdefault(model.__tablename__, row["id"])
    return RouteCall(two_tenants, open_client(two_tenants, own), route, ids)


def open_client(two_tenants: TwoTenants, person: Person) -> AsyncClient:
    transport = ASGITransport(two_tenants.app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://test", headers=person.headers)


def essence(answer: Response) -> tuple[int, Any]:
    """Return a response's status and content, without what repeats the request."""
    if not answer.content or not answer.headers.get("content-type", "").endswith("json"):
        return answer.status_code, answer.text
    revealed = answer.json()
    if answer.is_error and isinstance(revealed, dict):
        revealed = {name: value for name, value in revealed.items() if name not in PASSING}
    return answer.status_code, revealed
