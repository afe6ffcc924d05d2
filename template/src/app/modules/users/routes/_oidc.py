"""Log-in with a provider: the redirect to it, and the callback."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import RedirectResponse

from app.core.http.routing import any_query
from app.core.limits import limited
from app.core.permissions import public

from ..schemas import ProviderList
from ..services import OidcService
from ._delivery import Tokens

router = APIRouter(prefix="/auth/oidc", tags=["auth"])

Oidc = Annotated[OidcService, Depends()]
Text = Annotated[str, Query(max_length=2000)]


@router.get("")
@public
async def list_providers(oidc: Oidc) -> ProviderList:
    return ProviderList(providers=oidc.providers())


@router.get("/{provider}", status_code=status.HTTP_303_SEE_OTHER, response_class=RedirectResponse)
@public
@limited("login")
async def start_oidc(
    provider: str, request: Request, oidc: Oidc, tokens: Tokens
) -> RedirectResponse:
    login = await oidc.begin_login(provider, redirect_uri=_callback(request, oidc, provider))
    answer = RedirectResponse(login.url, status.HTTP_303_SEE_OTHER)
    tokens.jar.set_login_state(answer, login.cookie, seconds=login.seconds)
    return answer


@router.get(
    "/{provider}/callback", status_code=status.HTTP_303_SEE_OTHER, response_class=RedirectResponse
)
@public
@limited("login")
@any_query
async def finish_oidc(
    provider: str,
    request: Request,
    oidc: Oidc,
    tokens: Tokens,
    code: Text = "",
    state: Text = "",
    error: Text = "",
) -> RedirectResponse:
    cookie = tokens.jar.login_state(request.scope) or ""
    entry = await oidc.complete_login(
        provider,
        code=code,
        state=state,
        cookie=cookie,
        error=error,
        redirect_uri=_callback(request, oidc, provider),
    )
    return tokens.redirect(entry, go_on=oidc.goes_on_to(cookie))


def _callback(request: Request, oidc: OidcService, provider: str) -> str:
    """Return the callback's public address: the request's own may be that of a proxy."""
    path = request.app.url_path_for("finish_oidc", provider=provider)
    return f"{oidc.work.runtime.settings.public_url}{path}"
