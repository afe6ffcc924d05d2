"""Routing: one flat list of routes, found by an index, with a fast path for plain routes.

Everything here only saves time: without it FastAPI gives the same responses, and tests compare
them.
"""

from ._fast_route import FastRoute
from ._include import include, index_routes
from ._marked import MarkedRoutes
from ._plan import understands_fastapi
from ._strict_route import API, StrictRoute, accepts_any_query, any_query
from ._typed_rows import models_of

__all__ = [
    "API",
    "FastRoute",
    "MarkedRoutes",
    "StrictRoute",
    "accepts_any_query",
    "any_query",
    "include",
    "index_routes",
    "models_of",
    "understands_fastapi",
]
