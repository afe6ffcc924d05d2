"""A plan: what a route needs from a request, computed once from FastAPI's Dependant."""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.requests import Request
from starlette.types import Scope

from app.core.http._body import BufferedBody

SHARED = (str, int, float, type(None))
SCALAR = (*SHARED, UUID, date, time, Decimal, Enum)


READ = {"path_params", "query_params", "body_params", "dependencies", "request_param_name"}
REFUSED = {
    "header_params",
    "cookie_params",
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
    "own_oauth_scopes",
    "parent_oauth_scopes",
}
ABOUT = {"name", "call", "path", "use_cache", "scope", "concurrency"}
"""The fields of FastAPI's Dependant: read by plans, refused, and without effect on them.

A FastAPI version with any other field is not supported: it could be a kind of parameter that a plan
would silently ignore.
"""

OPTIONS = {
    "self",
    "path",
    "endpoint",
    "response_model",
    "status_code",
    "tags",
    "dependencies",
    "summary",
    "description",
    "response_description",
    "responses",
    "deprecated",
    "name",
    "methods",
    "operation_id",
    "response_model_include",
    "response_model_exclude",
    "response_model_by_alias",
    "response_model_exclude_unset",
    "response_model_exclude_defaults",
    "response_model_exclude_none",
    "include_in_schema",
    "response_class",
    "dependency_overrides_provider",
    "callbacks",
    "openapi_extra",
    "generate_unique_id_function",
    "strict_content_type",
    "max_body_size",
    "form_limits",
}
"""The options of APIRoute that this code knows."""


class Unsupported(Exception):
    """The route or request is left to FastAPI."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields of path and query are by the names that clients use."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    defaults: Mapping[str, Any]
    required: frozenset[str]
    known: frozenset[str] | None
    body: Any | None
    needed: Mapping[str, Callable[..., Any]]
    """The dependencies that the endpoint takes, by its arguments."""
    dependencies: Sequence["Provided"]
    """All dependencies, each once and after those that it takes itself."""

    def arguments(self, scope: Scope, receive: Any) -> dict[str, Any]:
        """Return the arguments from path, query and body. Raises Unsupported."""
        given = scope["path_params"]
        values = {each.name: _validated(each, given.get(name)) for name, each in self.path.items()}
        if self.query or scope["query_string"]:
            sent = _query(scope["query_string"])
            _require(self.known is None or sent.keys() <= self.known)
            _require(self.required <= sent.keys())
            values |= self.defaults
            for name in self.query.keys() & sent.keys():
                field = self.query[name]
                values[field.name] = _validated(field, sent[name])
        if self.body is not None:
            values[self.body.name] = _valid_body(self.body, scope, receive)
        return values

    async def provided(self, request: Request) -> dict[str, Any]:
        """Return the results of the dependencies, each called once."""
        made: dict[Callable[..., Any], Any] = {}
        for each in self.dependencies:
            parts = {name: made[call] for name, call in each.parts.items()}
            if each.request_name:
                parts[each.request_name] = request
            made[each.call] = await each.call(**parts) if each.awaits else each.call(**parts)
        return {name: made[call] for name, call in self.needed.items()}


@dataclass(frozen=True, slots=True)
class Provided:
    """A dependency: a coroutine function, or a class whose constructor does not block.

    `parts` are the dependencies that it takes itself, by its arguments.
    """

    call: Callable[..., Any]
    awaits: bool
    request_name: str | None
    parts: Mapping[str, Callable[..., Any]]


def plan_of(route: Any) -> Plan | None:
    """Return the plan, or None for routes that are not plain and for unknown FastAPI versions."""
    try:
        return _plan(route) if understands_fastapi() else None
    except (Unsupported, AttributeError):
        return None


def understands_fastapi() -> bool:
    """True if this FastAPI has exactly the fields and options that plans know."""
    fields = {field.name for field in dataclasses.fields(Dependant)}
    options = set(inspect.signature(APIRoute.__init__).parameters)
    return fields == READ | REFUSED | ABOUT and options == OPTIONS


def _plan(route: Any) -> Plan:
    needs = route.dependant
    answers = route.response_field is not None or route.status_code == 204
    _require(
        inspect.iscoroutinefunction(route.endpoint) and answers and not needs.request_param_name
    )
    _require(isinstance(route.response_class, DefaultPlaceholder) and route.max_body_size is None)
    _require(
        _asks_nothing_else(needs) and not route._embed_body_fields and len(needs.body_params) < 2
    )
    _require(all(_is_plain(field) for field in (*needs.path_params, *needs.query_params)))
    _require(all(type(field.field_info).__name__ == "Body" for field in needs.body_params))
    body = needs.body_params[0] if needs.body_params else None
    _require(body is None or body.field_info.is_required())
    query = {field.alias: field for field in needs.query_params}
    required = {name for name, field in query.items() if field.field_info.is_required()}
    return Plan(
        path={field.alias: field for field in needs.path_params},
        query=query,
        defaults={
            field.name: field.field_info.default
            for name, field in query.items()
            if name not in required
        },
        required=frozenset(required),
        known=route.known,
        body=body,
        needed={part.name: part.call for part in needs.dependencies},
        dependencies=list({each.call: each for each in _provided(needs)}.values()),
    )


def _provided(needs: Any) -> Iterator[Provided]:
    """Yield the dependencies, each after those that it takes itself."""
    for part in needs.dependencies:
        yield from _provided(part)
        yield _provided_by(part)


def _provided_by(needs: Any) -> Provided:
    asks = (needs.path_params, needs.query_params, needs.body_params)
    _require(_asks_nothing_else(needs) and not any(asks) and needs.use_cache and needs.name)
    _require(needs.concurrency is None and needs.scope is None)
    awaits = inspect.iscoroutinefunction(needs.call)
    _require(awaits or inspect.isclass(needs.call))
    parts = {part.name: part.call for part in needs.dependencies}
    return Provided(needs.call, awaits, needs.request_param_name, parts)


def _asks_nothing_else(needs: Dependant) -> bool:
    """True if FastAPI found only what a plan reads."""
    return not any(getattr(needs, name) for name in REFUSED)


def _is_plain(field: Any) -> bool:
    """True for a single value with one name and an immutable default."""
    info = field.field_info
    default = None if info.is_required() else info.get_default(call_default_factory=False)
    one_name = info.validation_alias in (None, info.alias)
    shared = (
        info.default_factory is None and isinstance(default, SHARED) and not info.validate_default
    )
    return one_name and shared and _is_scalar(info.annotation)


def _is_scalar(annotation: Any) -> bool:
    """False for lists, which may be repeated, and for models, which have several names."""
    if get_origin(annotation) in (Union, UnionType):
        return all(_is_scalar(kind) for kind in get_args(annotation))
    if get_origin(annotation) is Literal:
        return all(isinstance(value, SCALAR) for value in get_args(annotation))
    return inspect.isclass(annotation) and issubclass(annotation, SCALAR)


def _require(condition: Any) -> None:
    if not condition:
        raise Unsupported


def _valid_body(field: Any, scope: Scope, receive: BufferedBody) -> Any:
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if kind.partition(b";")[0].strip().lower() != b"application/json" or not receive.body:
        raise Unsupported
    try:
        return _validated(field, from_json(receive.body))
    except ValueError as error:
        raise Unsupported from error


def _validated(field: Any, value: Any) -> Any:
    valid, errors = field.validate(value, {}, loc=())
    if errors:
        raise Unsupported
    return valid


def _query(query: bytes) -> dict[str, str]:
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
