"""Errors as pages: what went wrong, and a way on."""

from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.types import Scope

from app.core.errors import AppError
from app.core.http.language import language_of
from app.core.languages import Locale, translate

from ._headers import secured
from ._templates import render
from ._visit import until_of


def show_error(scope: Scope, error: AppError) -> Response:
    """Show the error without a menu: the request may have failed before anybody was known."""
    state = scope.get("state", {})
    actor = state.get("actor")
    locale = Locale.of(language_of(scope))
    page = render(
        "error.html",
        product=scope["app"].state.runtime.settings.name,
        environment=scope["app"].state.runtime.settings.environment,
        title=translate(locale.language, error.title),
        detail=translate(locale.language, error.detail or error.title),
        errors=[translate(locale.language, each.detail) for each in error.errors],
        status=error.status,
        trace_id=state.get("trace_id", ""),
        is_known=bool(actor and actor.user_id),
        me=None,
        tenant=None,
        menu={},
        note=None,
        path="",
        support_until=until_of(actor, locale),
        locale=locale,
    )
    return secured(HTMLResponse(page, status_code=error.status, headers=error.headers))
