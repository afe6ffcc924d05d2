"""Log-in with password, second factor or a provider; log-out; another tenant."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette import status
from starlette.responses import Response

from app.core.errors import AppError, NotFound, Unauthenticated
from app.core.languages import Text
from app.core.permissions import PUBLIC
from app.modules.users import (
    AuthService,
    Challenge,
    ChallengeAnswer,
    LogInForm,
    OidcService,
    SessionService,
    TokenPair,
)

from .web import PREFIX, Pages, Visit, Words, begin_session, end_cookies, own_path, renewed

pages = Pages()


@pages.get("/log-in", PUBLIC)
async def show_log_in(visit: Visit) -> Response:
    query = visit.request.query_params
    if visit.actor.user_id is not None:
        return visit.go(own_path(query.get("next")))
    return _log_in_page(visit, next_path=own_path(query.get("next")))


@pages.post("/log-in", PUBLIC, limit="login")
async def log_in(visit: Visit) -> Response:
    form = await visit.form()
    next_path = own_path(form.get("next"))
    try:
        sent = LogInForm.model_validate(
            {"username": form.get("username"), "password": form.get("password")}
        )
        entry = await AuthService(visit.work).log_in(
            email=sent.username, password=sent.password.get_secret_value()
        )
    except ValidationError:
        return _log_in_page(
            visit,
            next_path,
            form,
            problem=Text("Type your e-mail address and your password."),
            status=422,
        )
    except AppError as error:
        return _log_in_page(
            visit, next_path, form, problem=visit.sentence(error), status=error.status
        )
    return _enter(visit, entry, next_path)


@pages.get("/second-factor", PUBLIC)
async def show_second_factor(visit: Visit) -> Response:
    """Show the form after a log-in with a provider: the challenge is behind the address's #."""
    return _second_factor_page(visit, "", own_path(visit.request.query_params.get("next")))


@pages.post("/second-factor", PUBLIC, limit="login")
async def answer_challenge(visit: Visit) -> Response:
    form = await visit.form()
    next_path, challenge = own_path(form.get("next")), form.get("challenge", "")
    try:
        sent = ChallengeAnswer.model_validate({"challenge": challenge, "code": form.get("code")})
        pair = await AuthService(visit.work).verify(sent.challenge, sent.code)
    except ValidationError:
        return _second_factor_page(visit, challenge, next_path, Text("Type the code."), status=422)
    except AppError as error:
        return _second_factor_page(visit, challenge, next_path, visit.sentence(error), error.status)
    return _enter(visit, pair, next_path)


@pages.add("/renew", PUBLIC, ["GET", "POST"], limit="login", failures=True)
async def renew(visit: Visit) -> Response:
    """Exchange the refresh token for a new access token, and go on where it had expired."""
    next_path = own_path(visit.request.query_params.get("next"))
    try:
        pair = await renewed(visit)
    except AppError as error:
        ended = _log_in_page(visit, next_path, problem=visit.sentence(error), status=error.status)
        return end_cookies(visit, ended)
    if pair is None:
        return visit.go(f"{PREFIX}/log-in")
    going_on = RedirectResponse(next_path, status.HTTP_307_TEMPORARY_REDIRECT)
    return begin_session(visit, going_on, pair)


@pages.get("/log-in/oidc/{provider}", PUBLIC, limit="login")
async def start_oidc(visit: Visit) -> Response:
    """Redirect to the provider, whose way back is the API's; it then goes on to `next`."""
    provider = visit.request.path_params["provider"]
    next_path = own_path(visit.request.query_params.get("next"))
    path = visit.request.app.url_path_for("finish_oidc", provider=provider)
    try:
        login = await OidcService(visit.work).begin_login(
            provider,
            redirect_uri=f"{visit.work.runtime.settings.public_url}{path}",
            go_on=next_path,
        )
    except AppError as error:
        return _log_in_page(visit, next_path, problem=visit.sentence(error), status=error.status)
    answer = RedirectResponse(login.url, status.HTTP_303_SEE_OTHER)
    visit.work.runtime.authenticator.cookies.set_login_state(
        answer, login.cookie, seconds=login.seconds
    )
    return answer


@pages.post("/log-out", PUBLIC)
async def log_out(visit: Visit) -> Response:
    """End this log-in, or with `everywhere` all of the user's."""
    sessions = SessionService(visit.work)
    everywhere = "everywhere" in await visit.form()
    token = visit.work.runtime.authenticator.cookies.refresh_token(visit.request.scope)
    if everywhere and visit.actor.user_id is not None:
        await sessions.end_others()
    with suppress(Unauthenticated):  # It had ended already: what is left are its cookies.
        await sessions.end(token)
    return end_cookies(visit, visit.go(f"{PREFIX}/log-in"))


@pages.post("/switch")
async def switch(visit: Visit) -> Response:
    """Move the log-in to another tenant of the user."""
    token = visit.work.runtime.authenticator.cookies.refresh_token(visit.request.scope)
    try:
        tenant_id = UUID((await visit.form()).get("tenant_id", ""))
    except ValueError as error:
        raise NotFound from error
    pair = await AuthService(visit.work).switch(tenant_id, refresh_token=token)
    return begin_session(visit, visit.go(PREFIX), pair)


def _enter(visit: Visit, entry: TokenPair | Challenge, next_path: str) -> Response:
    if isinstance(entry, Challenge):
        return _second_factor_page(visit, entry.challenge, next_path)
    return begin_session(visit, visit.go(next_path), entry)


def _log_in_page(
    visit: Visit,
    next_path: str,
    form: dict[str, str] | None = None,
    *,
    problem: Words = "",
    **options: Any,
) -> Response:
    return visit.page(
        "log-in.html",
        next=next_path,
        username=(form or {}).get("username", ""),
        problem=problem,
        providers=OidcService(visit.work).providers(),
        **options,
    )


def _second_factor_page(
    visit: Visit, challenge: str, next_path: str, problem: Words = "", status: int = 200
) -> Response:
    return visit.page(
        "second-factor.html", challenge=challenge, next=next_path, problem=problem, status=status
    )
