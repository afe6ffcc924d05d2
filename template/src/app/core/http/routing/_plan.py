"""What a route needs from a request, worked out once from what FastAPI found in its signature."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi.datastructures import DefaultPlaceholder
from pydantic_core import from_json
from starlette.requests import Request
from starlette.types import Scope

from ._replay import Replay

SHARED = (str, int, float, type(None))
SCALAR = (*SHARED, UUID, date, time, Decimal, Enum)


class Unusual(Exception):
    """Something that FastAPI's own way should see to."""


@dataclass(frozen=True, slots=True)
class Plan:
    path: Sequence[Any]
    query: Sequence[Any]
    body: Any | None
    dependencies: Sequence["Provided"]

    def arguments(self, scope: Scope, receive: Any) -> dict[str, Any]:
        """What the request itself says. Raises Unusual."""
        values = {field.name: _valid(field, scope["path_params"]) for field in self.path}
        if self.query:
            sent = _query(scope["query_string"])
            values |= {field.name: _valid(field, sent) for field in self.query}
        if self.body is not None:
            values[self.body.name] = _valid_body(self.body, scope, receive)
        return values

    async def provided(self, request: Request) -> dict[str, Any]:
        """What the dependencies make, each of them once."""
        made: dict[Callable[..., Any], Any] = {}
        return {each.name: await each.make(request, made) for each in self.dependencies}


@dataclass(frozen=True, slots=True)
class Provided:
    """A dependency: a coroutine function, or a class whose constructor waits for nothing."""

    name: str
    call: Callable[..., Any]
    awaits: bool
    request_name: str | None
    parts: Sequence["Provided"]

    async def make(self, request: Request, made: dict[Callable[..., Any], Any]) -> Any:
        if self.call not in made:
            parts = {part.name: await part.make(request, made) for part in self.parts}
            if self.request_name:
                parts[self.request_name] = request
            made[self.call] = await self.call(**parts) if self.awaits else self.call(**parts)
        return made[self.call]


def plan_of(route: Any) -> Plan | None:
    """None for a route that is not of the plain kind, or not of the kind that this code knows."""
    try:
        return _plan(route)
    except (Unusual, AttributeError):
        return None


def _plan(route: Any) -> Plan:
    needs = route.dependant
    answers = route.response_field is not None or route.status_code == 204
    _must(inspect.iscoroutinefunction(route.endpoint) and answers and not needs.request_param_name)
    _must(isinstance(route.response_class, DefaultPlaceholder) and route.max_body_size is None)
    _must(_asks_nothing_else(needs) and not route._embed_body_fields and len(needs.body_params) < 2)
    _must(all(_is_plain(field) for field in (*needs.path_params, *needs.query_params)))
    _must(all(type(field.field_info).__name__ == "Body" for field in needs.body_params))
    body = needs.body_params[0] if needs.body_params else None
    _must(body is None or body.field_info.is_required())
    return Plan(
        needs.path_params,
        needs.query_params,
        body,
        [_provided(part) for part in needs.dependencies],
    )


def _provided(needs: Any) -> Provided:
    asks = (needs.path_params, needs.query_params, needs.body_params)
    _must(_asks_nothing_else(needs) and not any(asks) and needs.use_cache and needs.name)
    _must(needs.concurrency is None and needs.scope is None)
    awaits = inspect.iscoroutinefunction(needs.call)
    _must(awaits or inspect.isclass(needs.call))
    parts = [_provided(part) for part in needs.dependencies]
    return Provided(needs.name, needs.call, awaits, needs.request_param_name, parts)


def _asks_nothing_else(needs: Any) -> bool:
    return not any(
        (
            needs.header_params,
            needs.cookie_params,
            needs.websocket_param_name,
            needs.http_connection_param_name,
            needs.response_param_name,
            needs.background_tasks_param_name,
            needs.security_scopes_param_name,
            needs.own_oauth_scopes,
            needs.parent_oauth_scopes,
        )
    )


def _is_plain(field: Any) -> bool:
    """One value with one name, and a default that may be shared."""
    info = field.field_info
    default = None if info.is_required() else info.get_default(call_default_factory=False)
    one_name = info.validation_alias in (None, info.alias)
    shared = (
        info.default_factory is None and isinstance(default, SHARED) and not info.validate_default
    )
    return one_name and shared and _is_scalar(info.annotation)


def _is_scalar(annotation: Any) -> bool:
    """Not a list, which may be sent in several values, nor a model, which has several names."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return all(inspect.isclass(kind) and issubclass(kind, SCALAR) for kind in kinds)


def _must(condition: Any) -> None:
    if not condition:
        raise Unusual


def _valid(field: Any, sent: Any) -> Any:
    value = sent.get(field.alias)
    if value is not None:
        return _validated(field, value)
    if field.field_info.is_required():
        raise Unusual
    return field.field_info.default


def _valid_body(field: Any, scope: Scope, receive: Replay) -> Any:
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    if kind.partition(b";")[0].strip().lower() != b"application/json" or not receive.body:
        raise Unusual
    try:
        return _validated(field, from_json(receive.body))
    except ValueError as error:
        raise Unusual from error


def _validated(field: Any, value: Any) -> Any:
    valid, errors = field.validate(value, {}, loc=())
    if errors:
        raise Unusual
    return valid


def _query(query: bytes) -> dict[str, str]:
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
