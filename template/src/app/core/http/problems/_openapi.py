"""Add the possible problem responses of each route to the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.errors import (
    AppError,
    BadRequest,
    Conflict,
    Forbidden,
    InternalError,
    Invalid,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.core.permissions import PUBLIC, SIGNED_IN, guard_of

from ._problem import MEDIA_TYPE, Problem, ValidationProblem

SCHEMAS = "#/components/schemas/{model}"
FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def describe_problems(app: FastAPI) -> None:
    """Extend `app.openapi`. Call it once, after all routes are included.

    A route documents more with `responses={503: {"description": "Not ready"}}`, without a model.
    """
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        if "Problem" not in document.get("components", {}).get("schemas", {}):
            _add_problems(app, document)
        return document

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation does it


def _add_problems(app: FastAPI, document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas.update(_problem_schemas())
    guards = _guards(app)
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            kinds = _problems_of(operation, path, method, guards.get((path, method)))
            answers = operation["responses"]
            answers.pop("422", None)
            for kind in kinds:
                answers[str(kind.status)] = {"description": kind.title, "content": _content(kind)}
            for status in answers:
                if status >= "400":
                    answers[status].setdefault("content", _content(AppError))


def _problems_of(
    operation: dict[str, Any], path: str, method: str, guard: str | None
) -> Iterator[type[AppError]]:
    """Derive the possible errors from the route's guard, parameters and body."""
    if "requestBody" in operation:
        yield from (BadRequest, PayloadTooLarge, UnsupportedMediaType)
    if guard != PUBLIC:
        yield Unauthenticated
    if guard not in (PUBLIC, SIGNED_IN):
        yield Forbidden
    if "{" in path:
        yield NotFound
    if method != "get":
        yield Conflict
    if method in ("put", "patch", "delete"):
        yield PreconditionFailed
    if "requestBody" in operation or "parameters" in operation:
        yield Invalid
    yield InternalError


def _content(kind: type[AppError]) -> dict[str, Any]:
    model = "ValidationProblem" if kind is Invalid else "Problem"
    return {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS.format(model=model)}}}


def _problem_schemas() -> dict[str, Any]:
    schema = ValidationProblem.model_json_schema(ref_template=SCHEMAS)
    return {
        "Problem": Problem.model_json_schema(),
        **schema.pop("$defs"),
        "ValidationProblem": schema,
    }


def _guards(app: FastAPI) -> dict[tuple[str, str], str | None]:
    return {
        (str(route.path_format), method.lower()): guard_of(route.endpoint)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }
