"""List every route of this project, from the router tree and the OpenAPI document."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.permissions import guard_of

API = "/api/"
IN_EVERY_PROJECT = {"api_keys", "audit", "console", "tenants", "users"}
"""Modules that are the same in every project: `make test` attacks only the others."""
OWN_AND_EVERY = pytest.mark.parametrize(
    "every", [pytest.param(False, id="own"), pytest.param(True, id="every", marks=pytest.mark.slow)]
)
"""Attacks what this project has of its own, and in `make check` everything."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    guard: str | None
    operation: dict[str, Any]
    module: str
    """The module that has the route, or an empty text for core."""

    def __str__(self) -> str:
        return f"{self.method:6} {self.path}"

    @property
    def variables(self) -> list[str]:
        return [p["name"] for p in self._parameters("path")]

    @property
    def query(self) -> list[str]:
        return [p["name"] for p in self._parameters("query")]

    @property
    def body(self) -> tuple[str, dict[str, Any]] | None:
        """Return the body's media type and schema; the schema is empty for a file."""
        content: dict[str, Any] = self.operation.get("requestBody", {}).get("content", {})
        return next(((kind, each.get("schema", {})) for kind, each in content.items()), None)

    def schema_of(self, variable: str) -> dict[str, Any]:
        found = (p["schema"] for p in self._parameters("path") if p["name"] == variable)
        schema: dict[str, Any] = next(found)
        return schema

    def _parameters(self, place: str) -> list[dict[str, Any]]:
        return [p for p in self.operation.get("parameters", []) if p["in"] == place]


def find_routes(app: FastAPI) -> list[Route]:
    """Walk the router tree: since FastAPI 0.137 `app.routes` lists only the top level."""
    paths = app.openapi()["paths"]
    return [
        Route(
            method,
            path,
            guard_of(context.endpoint),
            paths.get(path, {}).get(method.lower(), {}),
            module_of(context.endpoint),
        )
        for context in iter_route_contexts(app.routes)
        if (path := str(context.path_format or context.path)).startswith(API)
        for method in sorted(context.methods or ())
    ]


def routes_to_attack(app: FastAPI, *, every: bool) -> list[Route]:
    """Return every route, or those of modules that not every project has, if there are any."""
    routes = find_routes(app)
    own = [route for route in routes if route.module not in IN_EVERY_PROJECT]
    return routes if every or not own else own


def module_of(thing: Any) -> str:
    """Return the module that defines a function or a class, or an empty text for core."""
    parts = str(thing.__module__).split(".")
    return parts[2] if parts[:2] == ["app", "modules"] else ""
