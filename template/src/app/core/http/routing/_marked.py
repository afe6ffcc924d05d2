"""Marks of routes, available before the router runs. The first matching route decides."""

from collections.abc import Callable, Iterable
from re import Pattern
from typing import Any, Generic, TypeVar

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

from ._index import head_of, heads_of

Mark = TypeVar("Mark")
Marked = tuple[frozenset[str], Pattern[str], Mark | None]


class MarkedRoutes(Generic[Mark]):
    """Finds a request's route in the router's order and returns its mark.

    Paths whose first segments belong to no marked route cost one dictionary lookup.
    """

    def __init__(self, routes: Iterable[BaseRoute], mark_of: Callable[[Any], Mark | None]) -> None:
        """`mark_of` returns an endpoint's mark, or None."""
        found = [
            (str(route.path), _methods(route), route.path_regex, mark_of(route.endpoint))
            for route in iter_route_contexts(list(routes))
            if hasattr(route, "path_regex") and route.methods
        ]
        marked = [path for path, _, _, mark in found if mark is not None]
        heads = {head_of(path) for path, *_ in found if "{" not in head_of(path)}
        with_mark = {head for path in marked for head in heads_of(path, heads)}
        self._by_head: dict[str, list[Marked[Mark]]] = {head: [] for head in heads}
        self._elsewhere: list[Marked[Mark]] = []
        for path, *rest in found:
            for head in with_mark.intersection(heads_of(path, heads)):
                self._by_head[head].append(tuple(rest))
            if "{" in head_of(path) and any("{" in head_of(each) for each in marked):
                self._elsewhere.append(tuple(rest))

    def find(self, scope: Scope) -> Mark | None:
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        for methods, pattern, mark in self._by_head.get(head_of(path), self._elsewhere):
            if scope["method"] in methods and pattern.match(path):
                return mark
        return None


def _methods(route: Any) -> frozenset[str]:
    """Return the methods; GET routes also handle HEAD."""
    methods = frozenset(route.methods)
    return methods | {"HEAD"} if "GET" in methods else methods
