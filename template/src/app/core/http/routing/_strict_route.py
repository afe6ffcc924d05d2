"""API routes that refuse unknown query parameters, as bodies refuse unknown members."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

API = "/api/"
MARK = "__any_query__"
MOST_ERRORS = 20


def any_query(endpoint: Endpoint) -> Endpoint:
    """Mark a route that accepts any query parameters, because other systems call it."""
    setattr(endpoint, MARK, True)
    return endpoint


def accepts_any_query(endpoint: object) -> bool:
    return hasattr(endpoint, MARK)


class StrictRoute(APIRoute):
    """A route with its known query parameters; None if any are accepted.

    A route that reads `request.query_params` itself declares them with `openapi_extra`.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.complete()

    def complete(self) -> None:
        """Wrap what FastAPI has made of the endpoint."""
        is_open = accepts_any_query(self.endpoint) or not self.path.startswith(API)
        self.known = None if is_open else frozenset(_names(self))
        if self.known is not None:
            self.app = StrictAnswer(self.app, self.known)


class StrictAnswer:
    def __init__(self, app: ASGIApp, known: frozenset[str]) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises RequestValidationError."""
        if scope["query_string"]:
            self._check(scope["query_string"])
        await self.app(scope, receive, send)

    def _check(self, query: bytes) -> None:
        sent = dict.fromkeys(name for name, _ in parse_qsl(query.decode("latin-1"), True))
        unknown = [name for name in sent if name not in self.known]
        if unknown:
            raise RequestValidationError(
                [
                    {
                        "type": "extra_forbidden",
                        "loc": ("query", name),
                        "msg": "This parameter is not known here",
                        "input": None,
                    }
                    for name in unknown[:MOST_ERRORS]
                ]
            )


def _names(route: APIRoute) -> Iterator[str]:
    for field in get_flat_params(route.dependant):
        if getattr(field.field_info, "in_", None) is ParamTypes.query:
            yield field.alias
    for described in (route.openapi_extra or {}).get("parameters", ()):
        if described.get("in") == "query":
            yield described["name"]
