"""How routes get into the app: one flat list, found by an index, answered by the shortest way.

Everything here only saves time: without it FastAPI gives the same answers, and tests compare.
"""

from ._fast_route import FastRoute
from ._include import include, index_routes
from ._marked import MarkedRoutes
from ._plan import understands_fastapi
from ._strict_route import StrictRoute, any_query

__all__ = [
    "FastRoute",
    "MarkedRoutes",
    "StrictRoute",
    "any_query",
    "include",
    "index_routes",
    "understands_fastapi",
]
