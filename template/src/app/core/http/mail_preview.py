"""The page /mail-preview, in development only: each e-mail with sample values, in each language."""

from collections.abc import Sequence
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.config import Settings
from app.core.errors import NotFound
from app.core.languages import ENGLISH, Locale, known, languages
from app.core.mail import Mail, preview_mails
from app.core.permissions import public

# E-mails have their styles inline, since mail programs read no others; their logo is an image.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src *;"
    " base-uri 'none'; form-action 'none'"
}


def mail_preview_routes(mails: Sequence[Mail], settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/mail-preview", include_in_schema=False)

    @router.get("")
    @public
    async def list_mails() -> HTMLResponse:
        rows = "".join(f"<li>{escape(mail.name)}: {_links(mail)}</li>" for mail in mails)
        title = f"E-mails of {escape(settings.name)}"
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1><ul>{rows}</ul>"
        return HTMLResponse(page, headers=HEADERS)

    @router.get("/{module}/{name}")
    @public
    async def show_mail(module: str, name: str, language: str = ENGLISH) -> HTMLResponse:
        found = [mail for mail in mails if mail.name == f"{module}/{name}"]
        if not found or known(language) is None:
            raise NotFound
        ((_, email),) = preview_mails(found, settings, Locale.of(language))
        return HTMLResponse(email.html, headers=HEADERS)

    return router


def _links(mail: Mail) -> str:
    return " ".join(
        f'<a href="/mail-preview/{escape(mail.name)}?language={tag}">{tag}</a>'
        for tag in sorted(languages())
    )
