from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from ._exceptions import AppError

ErrorPage = Callable[[Scope, AppError], Response]
"""Shows an error to people, in a page; it must not raise."""
