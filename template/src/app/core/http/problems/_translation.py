"""Translate every exception that a request can raise to an AppError."""

from errno import EDQUOT, ENOSPC
from http.client import responses

from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.core.errors import (
    AppError,
    BadRequest,
    BodyRefused,
    FieldError,
    Forbidden,
    HttpError,
    InternalError,
    Invalid,
    InvalidToken,
    MethodNotAllowed,
    NotFound,
    Outdated,
    PayloadTooLarge,
    StorageFull,
    SupportIsReadOnly,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnknownCursor,
    UnsupportedMediaType,
)
from app.core.references import unknown_reference
from app.database.pagination import InvalidCursor
from app.database.repository import ReferenceNotFound, RowNotFound, ValueNotAllowed
from app.database.tenancy import TenantContextRequired

from ._database import translate_database_error
from ._methods import allowed_methods
from ._validation import translate_validation

READ_ONLY = "25006"
STORAGE_FULL = (ENOSPC, EDQUOT)
"""Disk full or quota exceeded: Starlette spools uploads to temporary files while it reads them."""
NOT_ALLOWED = "The value is outside of what is allowed here."
BY_STATUS: dict[int, type[AppError]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        PayloadTooLarge,
        UnsupportedMediaType,
        Invalid,
        TooManyRequests,
        InternalError,
        Unavailable,
    )
}


def translate(scope: Scope, error: Exception) -> AppError:
    """Return the matching AppError. Unknown exceptions become InternalError and reveal nothing."""
    match error:
        case AppError():
            return error
        case RequestValidationError():
            return translate_validation(scope, error)
        case WebSocketRequestValidationError():
            return Invalid()
        case BodyRefused():
            return error.problem
        case HTTPException(status_code=405):
            return MethodNotAllowed(headers={"Allow": allowed_methods(scope)})
        case HTTPException():
            return _translate_http(error)
        case ReferenceNotFound(column=column):
            return unknown_reference(column)
        case ValueNotAllowed(column=column):
            return Invalid(errors=[FieldError.at("body", *column.split("."), detail=NOT_ALLOWED)])
        case RowNotFound():
            return NotFound()
        case InvalidCursor():
            return UnknownCursor()
        case TenantContextRequired():
            return _without_tenant(scope)
        case StaleDataError():
            return Outdated()
        case DBAPIError() if _would_write_in_support(scope, error):
            return SupportIsReadOnly()
        case DBAPIError():
            return translate_database_error(error)
        case OSError(errno=errno) if errno in STORAGE_FULL:
            return StorageFull()
        case PoolTimeout() | ConnectionError() | TimeoutError():
            return Unavailable()
        case _:
            return InternalError()


def _would_write_in_support(scope: Scope, error: DBAPIError) -> bool:
    """True if a GET tried to write, and its transaction was read-only for the support's sake."""
    actor = scope.get("state", {}).get("actor")
    sqlstate = getattr(error.orig, "sqlstate", None)
    return actor is not None and actor.is_read_only and sqlstate == READ_ONLY


def _translate_http(error: HTTPException) -> AppError:
    """Replace Starlette's default phrases by our details; keep a detail that a route wrote."""
    said = str(error.detail)
    if kind := BY_STATUS.get(error.status_code):
        return kind(None if said == responses[error.status_code] else said, headers=error.headers)
    return HttpError(error.status_code, said, headers=error.headers)


def _without_tenant(scope: Scope) -> AppError:
    """Anonymous requests must log in, users without a tenant choose one; all else is a bug."""
    actor = scope.get("state", {}).get("actor")
    if actor is None or not actor.is_known:
        return InvalidToken() if actor and actor.refusal else Unauthenticated()
    if actor.tenant_id is None:
        return Forbidden("Choose a tenant first.")
    return InternalError()
