"""HTTP: the middleware, the routing and the problem details around every request."""

from .streaming import is_streamed, streamed

__all__ = ["is_streamed", "streamed"]
