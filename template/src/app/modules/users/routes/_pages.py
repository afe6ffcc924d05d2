"""The pages that the links in e-mails lead to, so that a project works without a front end.

With `APP_AUTH_PAGES_URL` they redirect to the front end's pages of the same paths; a browser keeps
what is behind the `#`. The pages send their forms to the API with pages.js, and never see tokens:
the API sets cookies. Their templates are in templates/pages, and the client's beside them win.
"""

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse

from app.core.errors import NotFound
from app.core.http.language import language_of
from app.core.languages import Locale
from app.core.permissions import public
from app.core.templates import TEMPLATES

PAGES = (
    "confirm-email",
    "forgot-password",
    "reset-password",
    "accept-invitation",
    "second-factor",
    "choose-second-factor",
    "register",
    "welcome",
)
"""The text of each page is in templates/pages/NAME.html."""
ASSETS = {"pages.js": "text/javascript", "pages.css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'",
    "Vary": "Accept-Language, Cookie",
}

router = APIRouter(include_in_schema=False)


def _page(name: str, request: Request) -> Response:
    settings = request.app.state.runtime.settings
    if settings.pages_url != settings.public_url:
        path = "" if name == "welcome" else name
        return RedirectResponse(f"{settings.pages_url}/{path}", status.HTTP_307_TEMPORARY_REDIRECT)
    page = TEMPLATES.render(
        f"pages/{name}.html",
        Locale.of(language_of(request.scope)),
        page=name,
        product=settings.name,
        registration=settings.auth.registration,
        domains=settings.auth.registration_domains,
    )
    return HTMLResponse(page, headers=HEADERS)


@router.get("/")
@public
async def show_welcome(request: Request) -> Response:
    """Show the page that a log-in with a provider ends on."""
    return _page("welcome", request)


@router.get("/pages/{asset}")
@public
async def send_asset(asset: str) -> Response:
    """Send the script, the style sheet with the client's colours, or the logo."""
    brand, headers = TEMPLATES.brand, {"Cache-Control": "no-cache"}
    if asset == brand.logo:
        logo = (TEMPLATES.client / asset).read_bytes()
        return Response(logo, media_type=brand.media_type, headers=headers)
    if asset not in ASSETS:
        raise NotFound
    content = TEMPLATES.render(f"pages/{asset}", Locale())
    return Response(content, media_type=ASSETS[asset], headers=headers)


@router.get("/confirm-email")
@public
async def show_confirm_email(request: Request) -> Response:
    return _page("confirm-email", request)


@router.get("/forgot-password")
@public
async def show_forgot_password(request: Request) -> Response:
    return _page("forgot-password", request)


@router.get("/reset-password")
@public
async def show_reset_password(request: Request) -> Response:
    return _page("reset-password", request)


@router.get("/accept-invitation")
@public
async def show_accept_invitation(request: Request) -> Response:
    return _page("accept-invitation", request)


@router.get("/second-factor")
@public
async def show_second_factor(request: Request) -> Response:
    return _page("second-factor", request)


@router.get("/choose-second-factor")
@public
async def show_choose_second_factor(request: Request) -> Response:
    return _page("choose-second-factor", request)


@router.get("/register")
@public
async def show_register(request: Request) -> Response:
    return _page("register", request)
