"""The one wrapper of `app.openapi`: what a route declares becomes what its document says."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.module import Module
from app.core.permissions import Role

from ._about import tags_of
from ._headers import COMPONENTS, describe_headers
from ._names import name_operations
from ._operation import Operation
from ._pages import describe_pages
from ._problems import describe_problems
from ._schemas import add_problem_schemas, limit_texts, rename_components, tidy_operation
from ._security import describe_security, security_schemes

DONE = "securitySchemes"
OTHER = {"health": "Whether this process runs and can answer, for load balancers."}


def describe(
    app: FastAPI,
    *,
    token_url: str,
    cookie: str = "access",
    roles: Mapping[str, Role] | None = None,
    modules: Iterable[Module] = (),
) -> None:
    """Extend `app.openapi`. Call it once, after all routes are included.

    `roles` are the lowest roles with each permission, `modules` describe their tags.
    """
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        components = document.setdefault("components", {})
        if DONE not in components:
            components[DONE] = security_schemes(token_url=token_url, cookie=cookie)
            components["headers"] = COMPONENTS
            add_problem_schemas(components.setdefault("schemas", {}))
            _describe_operations(app, document, roles or {})
            rename_components(document)
            limit_texts(document)
            _drop_unused_headers(document)
            document["tags"] = list(_tags(document, OTHER | tags_of(modules)))
        return document

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation does it


def _describe_operations(app: FastAPI, document: dict[str, Any], roles: Mapping[str, Role]) -> None:
    operations = list(_operations(app, document))
    for operation in operations:
        operation.described.setdefault("tags", [operation.tag])
        tidy_operation(operation.described)
        describe_security(operation, roles)
        describe_pages(operation)
        describe_problems(operation, document["components"])
        describe_headers(operation)
    name_operations(operations)


def _drop_unused_headers(document: dict[str, Any]) -> None:
    text = str(document)
    headers = document["components"]["headers"]
    document["components"]["headers"] = {
        name: header for name, header in headers.items() if f"/headers/{name}'" in text
    }


def _operations(app: FastAPI, document: dict[str, Any]) -> Iterator[Operation]:
    """Yield the operations of the document; of two routes for one, the first answers."""
    seen: set[tuple[str, str]] = set()
    for route in iter_route_contexts(app.routes):
        path = str(route.path_format)
        for method in sorted(each.lower() for each in route.methods or ()):
            described = document.get("paths", {}).get(path, {}).get(method)
            if described is not None and (path, method) not in seen:
                seen.add((path, method))
                yield Operation(path, method, route, described)


def _tags(document: dict[str, Any], texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    used = {
        tag
        for operations in document.get("paths", {}).values()
        for operation in operations.values()
        for tag in operation["tags"]
    }
    for tag in sorted(used):
        yield {
            "name": tag,
            "description": texts.get(tag) or f"Operations of {tag}.",
        }
