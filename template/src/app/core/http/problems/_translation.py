"""Every exception that can climb out of a request, as an AppError."""

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
    NoRoom,
    NotFound,
    Outdated,
    PayloadTooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from app.database.pagination import InvalidCursor
from app.database.repository import RowNotFound
from app.database.tenancy import TenantContextRequired

from ._database import translate_database_error
from ._methods import allowed_methods
from ._validation import translate_validation

NO_ROOM = (ENOSPC, EDQUOT)
"""A full disk, a quota: Starlette keeps what is uploaded in files while it reads it."""
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
    """InternalError for whatever is not known: nothing of an unknown error reaches the client."""
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
        case RowNotFound():
            return NotFound()
        case InvalidCursor():
            return Invalid(errors=[FieldError("/query/cursor", "The cursor is not valid.")])
        case TenantContextRequired():
            return _without_tenant(scope)
        case StaleDataError():
            return Outdated()
        case DBAPIError():
            return translate_database_error(error)
        case OSError(errno=errno) if errno in NO_ROOM:
            return NoRoom()
        case PoolTimeout() | ConnectionError() | TimeoutError():
            return Unavailable()
        case _:
            return InternalError()


def _translate_http(error: HTTPException) -> AppError:
    """The framework's own phrases say less than ours; a sentence that a route wrote is kept."""
    said = str(error.detail)
    if kind := BY_STATUS.get(error.status_code):
        return kind(None if said == responses[error.status_code] else said, headers=error.headers)
    return HttpError(error.status_code, said, headers=error.headers)


def _without_tenant(scope: Scope) -> AppError:
    """The unknown must log in, those without a tenant must choose one; otherwise it is a bug."""
    actor = scope.get("state", {}).get("actor")
    if actor is None or not actor.is_known:
        return InvalidToken() if actor and actor.refusal else Unauthenticated()
    if actor.tenant_id is None:
        return Forbidden("Choose a tenant first.")
    return InternalError()
