"""Errors as pages: what went wrong, and a way on."""

from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.types import Scope

from app.core.errors import AppError

from ._headers import secured
from ._templates import render
from ._visit import until_of


def show_error(scope: Scope, error: AppError) -> Response:
    """Show the error without a menu: the request may have failed before anybody was known."""
    state = scope.get("state", {})
    actor = state.get("actor")
    page = render(
        "error.html",
        product=scope["app"].state.runtime.settings.name,
        environment=scope["app"].state.runtime.settings.environment,
        title=error.title,
        detail=error.detail or error.title,
        errors=error.errors,
        status=error.status,
        trace_id=state.get("trace_id", ""),
        is_known=bool(actor and actor.user_id),
        me=None,
        tenant=None,
        menu={},
        note=None,
        path="",
        support_until=until_of(actor),
    )
    return secured(HTMLResponse(page, status_code=error.status, headers=error.headers))
