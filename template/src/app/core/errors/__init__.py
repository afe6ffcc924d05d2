"""What can go wrong, and how the client hears of it: problem details (RFC 9457) for every error."""

from ._database import is_out_of_reach
from ._exceptions import (
    AlreadyExists,
    AppError,
    BadRequest,
    BrokenReference,
    Conflict,
    FieldError,
    Forbidden,
    HttpError,
    InternalError,
    Invalid,
    InvalidToken,
    MethodNotAllowed,
    NoRoom,
    NotFound,
    Outdated,
    PayloadTooLarge,
    PreconditionFailed,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from ._handlers import hang_up, install_error_handlers, problem_response
from ._openapi import describe_problems
from ._pages import error_types
from ._pages import router as error_pages

__all__ = [
    "AlreadyExists",
    "AppError",
    "BadRequest",
    "BrokenReference",
    "Conflict",
    "FieldError",
    "Forbidden",
    "HttpError",
    "InternalError",
    "Invalid",
    "InvalidToken",
    "MethodNotAllowed",
    "NoRoom",
    "NotFound",
    "Outdated",
    "PayloadTooLarge",
    "PreconditionFailed",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "UnsupportedMediaType",
    "describe_problems",
    "error_pages",
    "error_types",
    "hang_up",
    "install_error_handlers",
    "is_out_of_reach",
    "problem_response",
]
