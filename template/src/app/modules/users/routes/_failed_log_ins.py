"""The page on which a log-in with a provider ends that did not succeed: people come from there with
a browser, which would show them JSON.
"""

from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from app.core.auth import TokenRefused
from app.core.errors import AppError
from app.core.http.language import language_of
from app.core.http.problems import render
from app.core.languages import Locale
from app.core.templates import TEMPLATES

from ._pages import HEADERS

PAGE = "log-in-failed"


def show_failed_log_in(scope: Scope, error: AppError) -> Response:
    """Show browsers a page with a way on, and all others the problem."""
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return render(scope, error)
    locale = Locale.of(language_of(scope))
    page = TEMPLATES.render(
        f"pages/{PAGE}.html",
        locale,
        page=PAGE,
        product=scope["app"].state.runtime.settings.name,
        title=locale.text(error.title),
        detail=locale.text(error.detail or error.title),
        trace_id=scope.get("state", {}).get("trace_id", ""),
        way_on=_way_on(scope),
    )
    headers = {**HEADERS, "Cache-Control": "no-store", **(error.headers or {})}
    return HTMLResponse(page, status_code=error.status, headers=headers)


def page_beside(go_on: str, name: str) -> str:
    """Return the page beside another one: /console/second-factor?next=… for /console/…."""
    head = go_on.split("?")[0].split("/")[1]
    return f"/{head}/{name}?{urlencode({'next': go_on})}"


def _way_on(scope: Scope) -> str:
    """Return where the log-in began, as its cookie says, else where people log in."""
    runtime = scope["app"].state.runtime
    try:
        kept = runtime.tokens.verify("oidc", runtime.authenticator.cookies.login_state(scope) or "")
    except TokenRefused:
        kept = {}
    go_on = kept.get("go_on")
    return page_beside(go_on, "log-in") if go_on else f"{runtime.settings.pages_url}/"
