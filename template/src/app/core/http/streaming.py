"""Routes that read their body piece by piece: neither it nor their time is limited by the house."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__streamed__"


def streamed(endpoint: Endpoint) -> Endpoint:
    """Marks a route whose service counts bytes and seconds itself.

    Its body is never held as a whole, so it cannot be repeated under an `Idempotency-Key`.
    """
    setattr(endpoint, MARK, True)
    return endpoint


class StreamedRoutes:
    """Found by method and path, before the router has found the route."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._patterns = [
            (method, route.path_regex)
            for route in iter_route_contexts(list(routes))
            if getattr(route.endpoint, MARK, False)
            for method in route.methods or ()
        ]

    def note(self, scope: Scope) -> bool:
        """Whether the request is for one of them; `is_streamed` knows it from then on."""
        found = any(
            method == scope["method"] and pattern.match(scope["path"])
            for method, pattern in self._patterns
        )
        scope["state"]["streamed"] = found
        return found


def is_streamed(scope: Scope) -> bool:
    return bool(scope["state"].get("streamed"))
