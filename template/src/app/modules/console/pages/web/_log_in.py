"""Cookies of a log-in: the same as the API's, so that a browser has one log-in for both."""

import re
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse
from starlette import status
from starlette.responses import Response

from app.modules.users import SessionService, TokenPair

from ._visit import Visit

PREFIX = "/console"
OWN_PATH = re.compile(r"/console(?:[/?][^\\\s]*)?")
LOG_IN = f"{PREFIX}/log-in"
RENEW = f"{PREFIX}/renew"


def own_path(sent: str | None) -> str:
    """Return where to go on: a path of the console, whatever was sent."""
    return sent if sent and OWN_PATH.fullmatch(sent) else PREFIX


def begin_session(visit: Visit, response: Response, pair: TokenPair) -> Response:
    """Set the cookies of a log-in, or of one that moved to another tenant."""
    runtime = visit.work.runtime
    jar = runtime.authenticator.cookies
    jar.set(response, access=pair.access_token, access_seconds=pair.expires_in)
    if pair.refresh_token is not None:
        seconds = runtime.settings.auth.refresh_days * 24 * 60 * 60
        jar.set_refresh(response, refresh=pair.refresh_token, refresh_seconds=seconds)
    return response


def end_cookies(visit: Visit, response: Response) -> Response:
    visit.work.runtime.authenticator.cookies.clear(response)
    return response


def end_support_cookie(visit: Visit, response: Response) -> Response:
    """Clear the access token only: the refresh token of the superuser's own log-in stays."""
    visit.work.runtime.authenticator.cookies.clear_access(response)
    return response


async def renewed(visit: Visit) -> TokenPair | None:
    """Exchange the refresh token of the cookie. Raises RefreshRefused and what ends a log-in."""
    token = visit.work.runtime.authenticator.cookies.refresh_token(visit.request.scope)
    return await SessionService(visit.work).refresh(token) if token else None


def asked_to_log_in(visit: Visit) -> Response:
    """Redirect somebody who is not logged in: to a new access token if there is a refresh token.

    307 keeps the method and the form, so that nothing typed is lost when a token expires.
    """
    jar = visit.work.runtime.authenticator.cookies
    target = RENEW if jar.refresh_token(visit.request.scope) else LOG_IN
    keeps = status.HTTP_307_TEMPORARY_REDIRECT if target == RENEW else status.HTTP_303_SEE_OTHER
    return RedirectResponse(f"{target}?{urlencode({'next': visit.address})}", keeps)
