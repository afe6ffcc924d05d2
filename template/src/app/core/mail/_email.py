"""An e-mail, written as plain text and sent as text and HTML."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape
from uuid import UUID, uuid5

from markupsafe import Markup

from app.core.languages import Locale
from app.core.templates import TEMPLATES
from app.kit.texts import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One e-mail. A blank line in `text` ends a paragraph; only URLs in `links` become links.

    Text written by other users, such as a name, must pass through `quoted`.
    """

    to: str
    subject: str
    text: str
    links: tuple[str, ...] = ()
    run: UUID | None = None
    """The job's run that sends it: a second attempt has the same Message-ID."""
    page: str | None = None
    """The HTML; without it, the text in the layout of e-mails."""

    @property
    def html(self) -> str:
        if self.page is not None:
            return self.page
        values = {"product": "", "logo_url": "", "subject": plain(self.subject)}
        paragraphs = self.paragraphs_of(self.text)
        return TEMPLATES.render("mails/from-text.html", Locale(), paragraphs=paragraphs, **values)

    def paragraphs_of(self, text: str) -> list[Markup]:
        """Return the text as HTML, with links where `links` are."""
        return [self._paragraph(part) for part in text.strip().split("\n\n")]

    def message(self, *, sender: str) -> EmailMessage:
        """Build the message (RFC 5322).

        Line breaks in the subject become spaces: they could add headers.
        """
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.to
        message["Subject"] = plain(self.subject)
        message["Date"] = formatdate()
        message["Message-ID"] = self._message_id(sender.rpartition("@")[2].rstrip("> "))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message

    def _message_id(self, domain: str) -> str:
        """Return the same id for the same e-mail of one run: mail programs show it once.

        A worker that dies between sending and its commit sends again.
        """
        if self.run is None:
            return make_msgid(domain=domain)
        return f"<{uuid5(self.run, repr((self.to, self.subject, self.text)))}@{domain}>"

    def _paragraph(self, text: str) -> Markup:
        # Longest first: the regex alternation must not match a URL that is a prefix of another one.
        longest_first = sorted(map(escape, self.links), key=len, reverse=True)
        linked = escape(text)
        if longest_first:
            known = re.compile("|".join(map(re.escape, longest_first)))
            linked = known.sub(lambda url: f'<a href="{url[0]}">{url[0]}</a>', linked)
        return Markup(linked.replace("\n", "<br>\n"))  # noqa: S704 - escaped above
