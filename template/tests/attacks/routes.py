"""List every route of this project with its fields, from the OpenAPI document."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.permissions import PUBLIC, SIGNED_IN, guard_of
from app.kit.ids import new_id

API = "/api/"
SECRET = re.compile(r"password|passcode|passphrase|secret|challenge|(^|_)(token|code|otp|pin)$")


@dataclass(frozen=True)
class Field:
    """A field of a request; `place` is path, query or body, and `items.name` is a nested member."""

    place: str
    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    endpoint: Callable[..., Any]
    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def guard(self) -> str | None:
        return guard_of(self.endpoint)

    @property
    def url(self) -> str:
        """Return the URL with random ids in the path."""
        return re.sub(r"\{[^}]+\}", str(new_id()), self.path)

    @property
    def tries_a_secret(self) -> bool:
        """True if callers could guess a secret; a `code` behind a permission is not one."""
        names = [field.name.rpartition(".")[2] for field in self.fields]
        return self.guard in (PUBLIC, SIGNED_IN) and any(map(SECRET.search, names))


def find_routes(app: FastAPI) -> list[Route]:
    document = app.openapi()
    return [
        Route(method, path, context.endpoint, tuple(_fields(document, path, method)))
        for context in iter_route_contexts(app.routes)
        if context.endpoint is not None
        if (path := str(context.path_format or context.path)).startswith(API)
        for method in sorted(context.methods or ())
    ]


def _fields(document: dict[str, Any], path: str, method: str) -> Iterator[Field]:
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    for each in operation.get("parameters", []):
        if each["in"] in ("path", "query"):
            yield Field(each["in"], each["name"], each.get("schema", {}))
    for body in operation.get("requestBody", {}).get("content", {}).values():
        yield from _members(document, body.get("schema", {}), "", ())


def _members(
    document: dict[str, Any], schema: dict[str, Any], prefix: str, above: tuple[str, ...]
) -> Iterator[Field]:
    """Yield the members of nested objects and lists; follow a recursive schema once."""
    reference = schema.get("$ref")
    if reference in above:
        return
    if reference:
        above = (*above, reference)
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    for part in (*schema.get("anyOf", []), *schema.get("allOf", []), schema.get("items", {})):
        if part:
            yield from _members(document, part, prefix, above)
    for name, member in schema.get("properties", {}).items():
        yield Field("body", f"{prefix}{name}", member)
        yield from _members(document, member, f"{prefix}{name}.", above)
