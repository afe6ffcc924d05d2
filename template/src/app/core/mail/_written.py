"""E-mails that a module declares, written from their templates in the recipient's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.config import Settings
from app.core.languages import Locale
from app.core.templates import TEMPLATES, Templates
from app.kit.texts import unlinkable

from ._email import Email

FOLDER = "mails"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Declares an e-mail: its template is `mails/NAME.txt`, with the blocks `subject` and `body`.

    Beside it, `mails/NAME.html` may hold its HTML; without it, the paragraphs of the text are put
    into the layout. `values` and `links` are samples, for previews and tests: each real e-mail has
    values and links of the same names.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


def write_mail(
    name: str,
    *,
    to: str,
    settings: Settings,
    locale: Locale,
    values: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    templates: Templates = TEMPLATES,
) -> Email:
    """Render the e-mail. Values become one line without a link: other people may have written them.

    Only `links` are links. In the queue's arguments, a point in time is text (ISO 8601).
    """
    file, links = f"{FOLDER}/{name}", links or {}
    given = {key: unlinkable(value) for key, value in (values or {}).items()} | dict(links)
    given |= {"product": settings.name, "logo_url": _logo_url(settings, templates)}
    subject = templates.render_block(f"{file}.txt", "subject", locale, **given).strip()
    email = Email(
        to=to,
        subject=subject,
        text=templates.render(f"{file}.txt", locale, **given).strip() + "\n",
        links=tuple(links.values()),
    )
    if templates.has(f"{file}.html"):
        page = templates.render(f"{file}.html", locale, subject=subject, **given)
    else:
        body = templates.render_block(f"{file}.txt", "body", locale, **given)
        page = _laid_out(email, body, locale, settings, templates)
    return Email(to=to, subject=subject, text=email.text, links=email.links, page=page)


def lay_out(email: Email, settings: Settings) -> str:
    """Return the HTML of an e-mail that has only text."""
    return email.page or _laid_out(email, email.text, Locale(), settings, TEMPLATES)


def preview_mails(
    mails: Sequence[Mail], settings: Settings, locale: Locale, *, templates: Templates = TEMPLATES
) -> Iterator[tuple[Mail, Email]]:
    """Yield each e-mail with its sample values, for a page that shows them, and for tests."""
    for mail in mails:
        email = write_mail(
            mail.name,
            to="ada@example.com",
            settings=settings,
            locale=locale,
            values=mail.values,
            links=mail.links,
            templates=templates,
        )
        yield mail, email


def _laid_out(
    email: Email, body: str, locale: Locale, settings: Settings, templates: Templates
) -> str:
    return templates.render(
        f"{FOLDER}/from-text.html",
        locale,
        subject=email.subject,
        paragraphs=email.paragraphs_of(body),
        product=settings.name,
        logo_url=_logo_url(settings, templates),
    )


def _logo_url(settings: Settings, templates: Templates) -> str:
    logo = templates.brand.logo
    return f"{settings.public_url}/pages/{logo}" if logo else ""
