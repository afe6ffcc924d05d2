"""The methods that a path supports, over all routes that match it.

Starlette's `Allow` header names only the methods of the first matching route.
"""

from fastapi.routing import iter_route_contexts
from starlette.types import Scope


def allowed_methods(scope: Scope) -> str:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    found = [
        route
        for route in iter_route_contexts(scope["app"].routes)
        if getattr(route, "methods", None) and route.path_regex.match(path)
    ]
    plain = [route for route in found if str(route.path_format) == path]
    methods = {method for route in plain or found for method in route.methods or ()}
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
