"""Translate exceptions to responses; every error response is made here."""

from collections.abc import Mapping

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope
from starlette.websockets import WebSocket

from app.core.errors import AppError, ErrorPage
from app.database.pagination import InvalidCursor
from app.database.repository import RowNotFound
from app.database.tenancy import TenantContextRequired

from ._problem import render
from ._translation import translate

log = structlog.get_logger(__name__)

ANSWERED = (
    AppError,
    HTTPException,
    InvalidCursor,
    RequestValidationError,
    RowNotFound,
    SQLAlchemyError,
    TenantContextRequired,
    WebSocketRequestValidationError,
)
POLICY_VIOLATION = 1008
SERVER_ERROR = 1011


def problem_response(scope: Scope, error: Exception) -> Response:
    """Translate and render an error. Call it once per error, because it also logs."""
    known = translate(scope, error)
    _record(known, error)
    return _renderer(scope)(scope, known)


def _renderer(scope: Scope) -> ErrorPage:
    """Return the error page of the module whose path this is, else `render`."""
    pages = getattr(scope["app"].state, "error_pages", {}) if scope.get("app") else {}
    path: str = scope["path"]
    below = (show for prefix, show in pages.items() if f"{path}/".startswith(f"{prefix}/"))
    return next(below, render)


def install_error_handlers(
    app: FastAPI, public_url: str, pages: Mapping[str, ErrorPage] | None = None
) -> None:
    """Register handlers for errors raised inside the router; `pages` has modules' error pages.

    TraceMiddleware handles errors of the middleware and unknown exceptions.
    """
    app.state.public_url = public_url
    app.state.error_pages = dict(pages or {})
    for kind in ANSWERED:
        app.add_exception_handler(kind, _answer)  # type: ignore[arg-type]  # for requests and websockets


async def _answer(connection: Request | WebSocket, error: Exception) -> Response | None:
    if isinstance(connection, WebSocket):
        await close_websocket(connection, error)
        return None
    if isinstance(error, HTTPException) and error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    return problem_response(connection.scope, error)


async def close_websocket(websocket: WebSocket, error: Exception) -> None:
    """Close with a code and a short reason; a websocket cannot carry problem details."""
    known = translate(websocket.scope, error)
    _record(known, error)
    code = SERVER_ERROR if known.status >= 500 else POLICY_VIOLATION
    await websocket.close(code, known.title)


def _record(known: AppError, error: Exception) -> None:
    """Log bugs with their stack trace, and unavailable dependencies by exception name only."""
    if known.status == 500:
        log.error("unexpected error", error=type(error).__name__, exc_info=error)
    elif known.status > 500 and known is not error:
        log.warning("dependency unreachable", error=type(error).__name__)
