"""Describe the log-in in OpenAPI, so that the Authorize button of the docs works."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.permissions import PUBLIC, guard_of

SCHEME = "password"


def describe_security(app: FastAPI, *, token_url: str) -> None:
    """Call it once, after all routes are included. A dependency would slow down every request."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        if SCHEME not in schemes:
            flow = {"tokenUrl": token_url, "scopes": {}}
            schemes[SCHEME] = {"type": "oauth2", "flows": {"password": flow}}
            _lock_operations(app, document)
        return document

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation does it


def _lock_operations(app: FastAPI, document: dict[str, Any]) -> None:
    for route in iter_route_contexts(app.routes):
        if guard_of(route.endpoint) in (PUBLIC, None):
            continue
        for method in route.methods or ():
            operation = document["paths"].get(str(route.path_format), {}).get(method.lower())
            if operation is not None:
                operation["security"] = [{SCHEME: []}]
