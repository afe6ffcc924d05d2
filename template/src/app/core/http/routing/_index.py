"""An index of routes, so that routing time does not grow with the number of modules."""

from collections.abc import Iterable
from typing import NoReturn

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

SEGMENTS = 4
"""Four, because '/api/v1/widgets/…' starts with an empty segment."""


class RouteIndex(BaseRoute):
    """The first route in the list; matches only routes that share the request's first segments.

    It keeps their order. What it does not find is left to the rest of the list: 404, 405,
    redirects. A path without variables is its own route's: another method is a 405, and no
    variable of another route is read in it.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        paths = [(_path(route), route) for route in routes]
        self._routes: dict[str, list[BaseRoute]] = {
            head_of(path): [] for path, _ in paths if "{" not in head_of(path)
        }
        self._plain: dict[str, tuple[set[str], BaseRoute]] = {}
        for path, route in paths:
            for head in heads_of(path, self._routes):
                self._routes[head].append(route)
            if "{" not in path and (methods := getattr(route, "methods", None)):
                self._plain.setdefault(path, ({"HEAD", "OPTIONS"}, route))[0].update(methods)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        methods, plain = self._plain.get(scope["path"], (None, None))
        if plain is not None and methods is not None and scope["method"] not in methods:
            return Match.FULL, {**plain.matches(scope)[1], "route": plain}
        for route in self._routes.get(head_of(scope["path"]), ()):
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


def heads_of(path: str, known: Iterable[str]) -> list[str]:
    """Return the known heads that a request for this path may have."""
    if "{" not in head_of(path):
        return [head_of(path)]
    return [head for head in known if head.startswith(path.partition("{")[0])]
