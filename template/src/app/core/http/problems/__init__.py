"""Problem details (RFC 9457) for every error, and the pages that explain each error type."""

from ._handlers import close_websocket, install_error_handlers, problem_response
from ._pages import error_types
from ._pages import router as error_pages
from ._problem import MEDIA_TYPE, Problem, ValidationProblem, problem_bytes, render

__all__ = [
    "MEDIA_TYPE",
    "Problem",
    "ValidationProblem",
    "close_websocket",
    "error_pages",
    "error_types",
    "install_error_handlers",
    "problem_bytes",
    "problem_response",
    "render",
]
