"""Move a route below a prefix without analysing its endpoint again.

FastAPI analyses a route where a module declares it, and once more where the app includes it: a
third of the time to import a module. Of all that it finds only the path and its name change.
"""

from copy import copy
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, request_response
from starlette.routing import compile_path

from ._fast_route import FastRoute

FOUND = {
    "_embed_body_fields",
    "app",
    "body_field",
    "callbacks",
    "dependant",
    "dependencies",
    "dependency_overrides_provider",
    "deprecated",
    "description",
    "endpoint",
    "form_limits",
    "generate_unique_id_function",
    "include_in_schema",
    "is_json_stream",
    "is_sse_stream",
    "max_body_size",
    "methods",
    "name",
    "openapi_extra",
    "operation_id",
    "param_convertors",
    "path",
    "path_format",
    "path_regex",
    "response_class",
    "response_description",
    "response_field",
    "response_fields",
    "response_model",
    "response_model_by_alias",
    "response_model_exclude",
    "response_model_exclude_defaults",
    "response_model_exclude_none",
    "response_model_exclude_unset",
    "response_model_include",
    "responses",
    "status_code",
    "stream_item_field",
    "stream_item_type",
    "strict_content_type",
    "summary",
    "tags",
    "unique_id",
}
"""The attributes of a route. A FastAPI with any other one analyses each route twice, as it does."""


def can_move(route: APIRoute) -> bool:
    """Return False for routes with further fields that are named after the path."""
    bodies = (None, *route.dependant.body_params)
    has_own_body = any(route.body_field is each for each in bodies)
    has_more = route.response_fields or route.stream_item_field or route.max_body_size is not None
    return vars(route).keys() == FOUND and has_own_body and not has_more


def moved(route: APIRoute, prefix: str, app: FastAPI) -> FastRoute:
    found = FastRoute.__new__(FastRoute)
    vars(found).update({name: _own(value) for name, value in vars(route).items()})
    found.path = prefix + route.path
    found.path_regex, found.path_format, found.param_convertors = compile_path(found.path)
    make_id: Any = route.generate_unique_id_function
    found.unique_id = found.operation_id or getattr(make_id, "value", make_id)(found)
    if route.response_field is not None:
        found.response_field = copy(route.response_field)
        found.response_field.name = f"Response_{found.unique_id}"
    found.dependency_overrides_provider = app.router.dependency_overrides_provider
    found.app = request_response(found.get_route_handler())
    found.complete()
    return found


def _own(value: Any) -> Any:
    return copy(value) if isinstance(value, dict | list | set) else value
