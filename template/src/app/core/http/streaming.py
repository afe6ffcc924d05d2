"""Streamed routes: they read their body in chunks, without size limit and deadline."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from starlette.routing import BaseRoute
from starlette.types import Scope

from app.core.http.routing import MarkedRoutes

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__streamed__"


def streamed(endpoint: Endpoint) -> Endpoint:
    """Mark a route whose service limits size and time itself.

    Its body is never buffered, so it cannot be repeated with an `Idempotency-Key`.
    """
    setattr(endpoint, MARK, True)
    return endpoint


class StreamedRoutes:
    """Finds streamed routes before the router runs."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._marked = MarkedRoutes(routes, lambda endpoint: getattr(endpoint, MARK, None))

    def note(self, scope: Scope) -> bool:
        """True if the request is for a streamed route; also stored for `is_streamed`."""
        found = self._marked.find(scope) is not None
        scope["state"]["streamed"] = found
        return found


def is_streamed(scope: Scope) -> bool:
    return bool(scope["state"].get("streamed"))
