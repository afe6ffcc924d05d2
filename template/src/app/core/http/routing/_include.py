"""Flatten included routers, which FastAPI would search as a tree for each request."""

from inspect import signature
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

from ._deprecated import with_deprecation
from ._fast_route import FastRoute
from ._index import RouteIndex
from ._moved import can_move, moved
from ._plan import understands_fastapi
from ._strict_route import StrictRoute

OPTIONS = signature(APIRouter.add_api_route).parameters


def include(
    app: FastAPI, router: APIRouter, *, prefix: str = "", kind: type[StrictRoute] = FastRoute
) -> None:
    """Do what `app.include_router` does, but add each route to the app itself."""
    if not all(type(route) in (APIRoute, APIWebSocketRoute) for route in router.routes):
        app.include_router(router, prefix=prefix)
        return
    moves = kind is FastRoute and "{" not in prefix and understands_fastapi()
    for route in router.routes:
        if isinstance(route, APIWebSocketRoute):
            app.router.add_api_websocket_route(
                prefix + route.path,
                route.endpoint,
                route.name,
                dependencies=route.dependencies,
            )
        elif isinstance(route, APIRoute):
            if moves and can_move(route):
                app.router.routes.append(moved(route, prefix, app))
            else:
                app.router.add_api_route(prefix + route.path, **_options(route, kind))
            with_deprecation(cast("APIRoute", app.router.routes[-1]))


def index_routes(app: FastAPI) -> None:
    """Call it once, after all routes are included. Later routes are found without the index."""
    app.router.routes.insert(0, RouteIndex(app.router.routes))


def _options(route: APIRoute, kind: type[StrictRoute]) -> dict[str, Any]:
    """Return all options the route was declared with, whatever FastAPI's version supports."""
    options = {
        name: getattr(route, name) for name in OPTIONS if name != "path" and hasattr(route, name)
    }
    return options | {"route_class_override": kind}
