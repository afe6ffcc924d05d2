"""Routes that read their body piece by piece: neither it nor their time is limited by the house."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from starlette.routing import BaseRoute
from starlette.types import Scope

from app.core.http.routing import MarkedRoutes

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__streamed__"


def streamed(endpoint: Endpoint) -> Endpoint:
    """Marks a route whose service counts bytes and seconds itself.

    Its body is never held as a whole, so it cannot be repeated under an `Idempotency-Key`.
    """
    setattr(endpoint, MARK, True)
    return endpoint


class StreamedRoutes:
    """Known before the router has found the route."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._marked = MarkedRoutes(routes, lambda endpoint: getattr(endpoint, MARK, None))

    def note(self, scope: Scope) -> bool:
        """Whether the request is for one of them; `is_streamed` knows it from then on."""
        found = self._marked.find(scope) is not None
        scope["state"]["streamed"] = found
        return found


def is_streamed(scope: Scope) -> bool:
    return bool(scope["state"].get("streamed"))
