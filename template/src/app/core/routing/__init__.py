"""How routes get into the app: one flat list, found by an index, answered by the shortest way.

Everything here only saves time. Without it FastAPI gives the same answers; tests/core/routing holds it to that.
"""

from ._fast_route import FastRoute
from ._include import include, index_routes

__all__ = ["FastRoute", "include", "index_routes"]
