"""The pages that the links in e-mails lead to, so that a project works without a front end.

With `APP_AUTH_PAGES_URL` they redirect to the front end's pages of the same paths; a browser keeps
what is behind the `#`. The pages send their forms to the API with pages.js, and never see tokens:
the API sets cookies.
"""

from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse

from app.core.errors import NotFound
from app.core.permissions import public

FOLDER = Path(__file__).parent / "pages"
PAGES = {
    "confirm-email": "Confirm your e-mail address",
    "forgot-password": "Choose a new password",
    "reset-password": "Choose a new password",
    "accept-invitation": "Accept the invitation",
    "second-factor": "Enter a code of your device",
    "welcome": "Welcome",
}
"""The title of each page; its text is in pages/NAME.html."""
ASSETS = {"pages.js": "text/javascript", "pages.css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'"
}

router = APIRouter(include_in_schema=False)


def _page(name: str, request: Request) -> Response:
    settings = request.app.state.runtime.settings
    if settings.pages_url != settings.public_url:
        path = "" if name == "welcome" else name
        return RedirectResponse(f"{settings.pages_url}/{path}", status.HTTP_307_TEMPORARY_REDIRECT)
    values = {"title": PAGES[name], "product": settings.name, "documents": request.app.docs_url}
    safe = {key: escape(value or "") for key, value in values.items()}
    body = _read(f"{name}.html").safe_substitute(safe)
    return HTMLResponse(
        _read("layout.html").substitute(safe, body=body, page=name), headers=HEADERS
    )


def _read(name: str) -> Template:
    return Template((FOLDER / name).read_text(encoding="utf-8"))


@router.get("/")
@public
async def show_welcome(request: Request) -> Response:
    """Show the page that a log-in with a provider ends on."""
    return _page("welcome", request)


@router.get("/pages/{asset}")
@public
async def send_asset(asset: str) -> Response:
    if asset not in ASSETS:
        raise NotFound
    content = (FOLDER / asset).read_bytes()
    return Response(content, media_type=ASSETS[asset], headers={"Cache-Control": "no-cache"})


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
