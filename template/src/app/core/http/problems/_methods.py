"""Which methods an address takes. Starlette names only those of the first route that has it."""

from fastapi.routing import iter_route_contexts
from starlette.types import Scope


def allowed_methods(scope: Scope) -> str:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    methods = {
        method
        for route in iter_route_contexts(scope["app"].routes)
        if getattr(route, "methods", None) and route.path_regex.match(path)
        for method in route.methods or ()
    }
    return ", ".join(sorted(methods))
