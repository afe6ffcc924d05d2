"""Routes that may be called less often than others."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from app.config import LimitSettings, Rate, read_rate

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Mark = tuple[str, Rate]

MARK = "__limit__"


def limited(name: str, rate: str | None = None) -> Callable[[Endpoint], Endpoint]:
    """Marks a route: `@limited("exports", "5/hour")`; routes with one name share one bucket.

    Without a rate the name is that of a setting: `@limited("login")` is APP_LIMITS_LOGIN.
    """
    given = read_rate(rate)

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, (name, given))
        return endpoint

    return mark


class MarkedRoutes:
    """Finds the mark by method and path, before the router has found the route."""

    def __init__(self, routes: Iterable[BaseRoute], settings: LimitSettings) -> None:
        self._by_path: dict[tuple[str, str], Mark] = {}
        self._by_pattern: list[tuple[str, re.Pattern[str], Mark]] = []
        for route in iter_route_contexts(list(routes)):
            if mark := _mark_of(route.endpoint, settings):
                self._add(route, mark)

    def find(self, method: str, path: str) -> Mark | None:
        if mark := self._by_path.get((method, path)):
            return mark
        for known, pattern, mark in self._by_pattern:
            if known == method and pattern.match(path):
                return mark
        return None

    def _add(self, route: Any, mark: Mark) -> None:
        for method in route.methods or ():
            if "{" in route.path_format:
                self._by_pattern.append((method, route.path_regex, mark))
            else:
                self._by_path[method, route.path_format] = mark


def _mark_of(endpoint: object, settings: LimitSettings) -> Mark | None:
    """None for a route without a mark, and for one whose setting says off."""
    name, rate = getattr(endpoint, MARK, (None, None))
    if name is None:
        return None
    rate = rate or getattr(settings, name)
    return (name, rate) if rate else None
