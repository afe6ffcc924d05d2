"""An index of routes, so that routing time does not grow with the number of modules."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeAlias

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

Known: TypeAlias = tuple[str, BaseRoute]
"""A route after its path."""

SEGMENTS = 4
"""Four, because '/api/v1/widgets/…' starts with an empty segment."""


class RouteIndex(BaseRoute):
    """The first route in the list; matches only routes that can be the request's.

    They have its method, and its path or its first segments; it keeps their order. What it does
    not find is left to the rest of the list: 404, 405, redirects. A path without variables is its
    own route's: another method is a 405, and no variable of another route is read in it.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        known = [(_path(route), route) for route in routes]
        plain = [(path, route) for path, route in known if "{" not in path]
        by_head = _by_head(known)
        self._by_path = {
            (method, path): _matching(by_head[method, head_of(path)], path)
            for path, route in plain
            for method in _methods(route)
        }
        self._by_head = {
            key: [route for path, route in found if "{" in path] for key, found in by_head.items()
        }
        self._methods = _methods_of(plain)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        path, method = scope["path"], scope["method"]
        methods, plain = self._methods.get(path, (None, None))
        if plain is not None and methods is not None and method not in methods:
            return Match.FULL, {**plain.matches(scope)[1], "route": plain}
        found: Iterable[BaseRoute] = self._by_path.get((method, path), ())
        for route in found or self._by_head.get((method, head_of(path)), ()):
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                return match, {**child_scope, "route": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        raise NoMatchFound(name, path_params)


def head_of(path: str) -> str:
    return "/".join(path.split("/", SEGMENTS)[:SEGMENTS])


def _path(route: BaseRoute) -> str:
    """Return the route's path, or for mounts and the like a path that may match anything."""
    return str(getattr(route, "path", "{}")) if hasattr(route, "path_regex") else "{}"


def _methods(route: BaseRoute) -> set[str]:
    """Return the route's methods; mounts and the like have none, and match any."""
    return getattr(route, "methods", None) or set()


def _by_head(known: Sequence[Known]) -> dict[tuple[str, str], list[Known]]:
    """Return the routes by method and head, in their order."""
    heads = {head_of(path) for path, _ in known if "{" not in head_of(path)}
    every_method = {method for _, route in known for method in _methods(route)}
    found: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for path, route in known:
        for head in heads_of(path, heads):
            for method in _methods(route) or every_method:
                found[method, head].append((path, route))
    return found


def _methods_of(plain: Iterable[Known]) -> dict[str, tuple[set[str], BaseRoute]]:
    """Return the methods of each path without variables, and its first route."""
    found: dict[str, tuple[set[str], BaseRoute]] = {}
    for path, route in plain:
        if own := _methods(route):
            found.setdefault(path, ({"HEAD", "OPTIONS"}, route))[0].update(own)
    return found


def _matching(known: Iterable[Known], path: str) -> list[BaseRoute]:
    """Return the routes that may match a path without variables."""
    return [route for own, route in known if own == path or ("{" in own and _fits(route, path))]


def _fits(route: BaseRoute, path: str) -> bool:
    pattern = getattr(route, "path_regex", None)
    return pattern is None or bool(pattern.match(path))


def heads_of(path: str, known: Iterable[str]) -> list[str]:
    """Return the known heads that a request for this path may have."""
    if "{" not in head_of(path):
        return [head_of(path)]
    return [head for head in known if head.startswith(path.partition("{")[0])]
